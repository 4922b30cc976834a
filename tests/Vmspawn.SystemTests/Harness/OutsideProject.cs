using System.Diagnostics;

namespace Vmspawn.SystemTests.Harness;

/// <summary>
/// The console projects of tests/Outside, built beyond the reach of this repository's build files, with its packages from the folder where
/// pack.sh leaves them. They are built once for all tests of a run.
/// </summary>
internal static class OutsideProject
{
    /// <summary>On a busy machine with two processors, where others build too.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(15);

    private static readonly string Place = Path.Combine(Prepared.Repository, "artifacts", "outside");

    // Packages that NuGet has unpacked once are never read again, so these are unpacked where no other build looks.
    private static readonly string Unpacked = Path.Combine(Place, "nuget");

    private static readonly Lock Guard = new();

    private static readonly Dictionary<(string Name, bool IsNative), Task<string>> Built = [];

    private static Task? _packed;

    /// <summary>Where the packages are.</summary>
    public static string Packages { get; } = Path.Combine(Prepared.Repository, "artifacts", "packages");

    /// <summary>What a program of the framework needs beside the environment of all tests.</summary>
    public static Dictionary<string, string?> Environment { get; } = new()
    {
        ["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../..")),
        // The runtime's own sockets in $TMPDIR, which it leaves when it is killed.
        ["DOTNET_EnableDiagnostics"] = "0",
    };

    /// <summary>The path of its program, warnings having been errors.</summary>
    /// <param name="name">A folder of tests/Outside.</param>
    /// <param name="isNative">Published ahead of time, instead of compiled when it runs.</param>
    public static Task<string> BuildAsync(string name, bool isNative)
    {
        lock (Guard)
            return Built.TryGetValue((name, isNative), out var built) ? built : Built[(name, isNative)] = BuildOnceAsync(name, isNative);
    }

    /// <summary>Makes all packages; the tool too where everything is tested.</summary>
    public static Task PackedAsync()
    {
        lock (Guard)
            return _packed ??= PackAsync();
    }

    /// <summary>Runs a program of the build in a folder; a failure has all that it has written.</summary>
    public static async Task ToolAsync(string log, string folder, params IEnumerable<string> words)
    {
        var path = Path.Combine(Prepared.Repository, "artifacts", "test-logs", $"{log}.log");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Into a file: servers of the build outlive it and would keep a pipe open.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >\"$log\" 2>&1 </dev/null", "sh", path, .. words]) { WorkingDirectory = folder };
        start.Environment["NUGET_PACKAGES"] = Unpacked;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync().WaitAsync(Bound);
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', words)}: status {process.ExitCode}\n{await File.ReadAllTextAsync(path)}");
    }

    private static async Task PackAsync()
    {
        await ToolAsync("pack", Prepared.Repository, ["./pack.sh", .. Sample.IsWhole ? Array.Empty<string>() : ["--libraries"]]);
        Directory.CreateDirectory(Unpacked);
        foreach (var old in Directory.GetDirectories(Unpacked, "vmspawn*"))
            Directory.Delete(old, recursive: true);
        // The search for files of the repository's build ends at these.
        foreach (var file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props"])
            await File.WriteAllTextAsync(Path.Combine(Place, file), "<Project />\n");
        await File.WriteAllTextAsync(Path.Combine(Place, ".editorconfig"), "root = true\n");
    }

    private static async Task<string> BuildOnceAsync(string name, bool isNative)
    {
        await PackedAsync();
        var folder = Path.Combine(Place, isNative ? $"{name}-native" : name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        foreach (var source in Directory.GetFiles(Path.Combine(Prepared.Repository, "tests", "Outside", name)))
            File.Copy(source, Path.Combine(folder, Path.GetFileName(source)));
        string[] how = isNative
            ? ["publish", "--use-current-runtime", "-p:PublishAot=true", "-p:CppCompilerAndLinker=gcc"]
            : ["build"];
        await ToolAsync(
            Path.GetFileName(folder),
            folder,
            ["dotnet", .. how, "--configuration", "Release", "--output", Path.Combine(folder, "out"), "--nologo", $"-p:RestoreAdditionalProjectSources={Packages}"]);
        return Path.Combine(folder, "out", name);
    }
}
