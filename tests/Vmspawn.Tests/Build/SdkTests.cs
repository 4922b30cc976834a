namespace Vmspawn.Tests.Build;

/// <summary>How the scripts find the .NET SDK, and install it where it is missing.</summary>
public sealed class SdkTests : IDisposable
{
    /// <summary>Stands in for Microsoft's script: "installs" the SDK of this test by links, and writes down how it was called.</summary>
    private static readonly string Installer = $$"""
        #!/bin/bash
        echo "$*" >>arguments
        while (($#)); do
            [[ $1 == --install-dir ]] && folder=$2
            shift
        done
        ln -s {{Checkout.Sdk}}/* "$folder/"
        """;

    private readonly Checkout _checkout = new("checkout", "global.json", "scripts/lib.sh");
    private readonly string _path;

    /// <summary>$PATH has what the script starts, but no dotnet and no apt-get: nothing of the host is used or changed.</summary>
    public SdkTests()
    {
        _path = _checkout.Beside("bin");
        foreach (var program in (string[])["bash", "curl", "cut", "dirname", "flock", "ln", "mkdir", "mv", "paste", "rm", "sed", "timeout"])
            File.CreateSymbolicLink(Path.Combine(_path, program), "/usr/bin/" + program);
    }

    private string Own => Path.Combine(_checkout.Root, ".dotnet");

    private string Unfinished => Path.Combine(_checkout.Root, ".dotnet.new");

    [Fact]
    public async Task An_sdk_that_fits_is_used_and_nothing_is_fetched()
    {
        await using var server = new FileServer(Installer);
        File.CreateSymbolicLink(Path.Combine(_path, "dotnet"), Path.Combine(Checkout.Sdk, "dotnet"));
        Assert.Equal((0, $"{_path}/dotnet\n", ""), await NeedDotnet(server.Url));
        Assert.Equal(0, server.Requests);
        Assert.False(Directory.Exists(Own));
    }

    [Fact]
    public async Task A_missing_sdk_is_installed_into_the_checkout_once()
    {
        await using var server = new FileServer(Installer);
        var (status, output, error) = await NeedDotnet(server.Url);
        Assert.Equal((0, $"{Own}/dotnet\n"), (status, output));
        Assert.StartsWith($"==> the .NET 10.0 SDK (10.0.100 or later) is missing: installing it into {Own} by {server.Url}\n", error, StringComparison.Ordinal);
        Assert.Equal($"--channel 10.0 --install-dir {Unfinished} --no-path\n", File.ReadAllText(Path.Combine(_checkout.Root, "arguments")));
        Assert.Equal((0, $"{Own}/dotnet\n", ""), await NeedDotnet(server.Url));
        Assert.Equal(1, server.Requests);
        Assert.False(Directory.Exists(Unfinished));
    }

    [Fact]
    public async Task Two_scripts_at_once_install_one_sdk()
    {
        await using var server = new FileServer(Installer);
        var both = await Task.WhenAll(NeedDotnet(server.Url), NeedDotnet(server.Url));
        Assert.All(both, run => Assert.Equal((0, $"{Own}/dotnet\n"), (run.Status, run.Output)));
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_too_old_sdk_counts_as_missing_and_a_broken_one_that_the_scripts_installed_is_replaced()
    {
        await using var server = new FileServer(Installer);
        foreach (var folder in (string[])[_path, Own])
        {
            Directory.CreateDirectory(folder);
            var old = Path.Combine(folder, "dotnet");
            File.WriteAllText(old, "#!/bin/bash\n[[ $1 == --list-sdks ]] && echo \"8.0.404 [/usr/share/dotnet/sdk]\" && exit\nexit 145\n");
            File.SetUnixFileMode(old, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        var (status, output, error) = await NeedDotnet(server.Url);
        Assert.Equal((0, $"{Own}/dotnet\n"), (status, output));
        Assert.Contains("is missing (installed: 8.0.404): installing", error, StringComparison.Ordinal);
        Assert.NotNull(new FileInfo(Path.Combine(Own, "dotnet")).LinkTarget);
    }

    [Fact]
    public async Task A_script_that_cannot_be_fetched_is_an_error_that_says_what_to_do_and_nothing_stays()
    {
        await using var server = new FileServer(null);
        var (status, output, error) = await NeedDotnet(server.Url);
        Assert.Equal((1, ""), (status, output));
        Assert.Equal(
            $"bash: {server.Url} cannot be fetched: install the .NET 10.0 SDK (https://dot.net/download), "
            + "or set VMSPAWN_DOTNET_INSTALL to the URL of a copy of dotnet-install.sh",
            error.TrimEnd().Split('\n')[^1]);
        Assert.Empty(Left());
    }

    [Theory]
    [InlineData("exit 1")]
    [InlineData("exit 0")]
    public async Task A_script_that_installs_nothing_is_an_error_and_nothing_stays(string script)
    {
        await using var server = new FileServer("#!/bin/bash\n" + script + "\n");
        var (status, output, error) = await NeedDotnet(server.Url);
        Assert.Equal((1, ""), (status, output));
        Assert.Equal(
            $"bash: {server.Url} has not installed a .NET 10.0 SDK (10.0.100 or later): install one (https://dot.net/download)",
            error.TrimEnd().Split('\n')[^1]);
        Assert.Empty(Left());
    }

    public void Dispose() => _checkout.Dispose();

    private IEnumerable<string> Left() =>
        Directory.EnumerateFileSystemEntries(_checkout.Root, ".dotnet*").Select(path => Path.GetFileName(path));

    /// <summary>Prints which dotnet the scripts use.</summary>
    private Task<(int Status, string Output, string Error)> NeedDotnet(string url) => _checkout.Run(
        new Dictionary<string, string?> { ["PATH"] = _path, ["DOTNET_ROOT"] = null, ["VMSPAWN_DOTNET_INSTALL"] = url },
        "/usr/bin/bash", "-c", "set -euo pipefail; . scripts/lib.sh; need_dotnet; command -v dotnet", "bash");
}
