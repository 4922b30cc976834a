using System.Diagnostics;
using System.Text;
using Vmspawn.Ssh;

namespace Vmspawn.Tests.Ssh;

public sealed class SshTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("ed25519", "ssh-ed25519 "), InlineData("ecdsa", "ecdsa-sha2-nistp256 ")]
    public async Task A_key_is_made_and_no_file_stays(string type, string begins)
    {
        var maker = Maker(type);
        var key = await maker.TakeAsync(CancellationToken.None);
        Assert.StartsWith(begins, key.Public, StringComparison.Ordinal);
        Assert.StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----\n", Encoding.ASCII.GetString(key.Private.Span), StringComparison.Ordinal);
        Assert.NotEqual(key.Public, (await maker.TakeAsync(CancellationToken.None)).Public);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task A_spare_key_is_taken_once_by_one_of_many()
    {
        var maker = Maker("ed25519");
        await Task.WhenAll(maker.PrepareNextKeyAsync(), maker.PrepareNextKeyAsync());
        var spare = Assert.Single(Directory.EnumerateFileSystemEntries(_directory.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(spare));
        var expected = File.ReadAllText(Path.Combine(spare, "key.pub")).TrimEnd();
        var keys = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => maker.TakeAsync(CancellationToken.None)));
        Assert.Equal(4, keys.Select(key => key.Public).Distinct().Count());
        Assert.Contains(expected, keys.Select(key => key.Public));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task The_message_of_ssh_keygen_about_an_unknown_type_is_the_error()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => Maker("rot13").TakeAsync(CancellationToken.None));
        Assert.Contains("unknown key type rot13", error.Message, StringComparison.Ordinal);
        await Maker("rot13").PrepareNextKeyAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void The_proxy_command_is_quoted_for_the_shell_and_for_sshs_own_tokens()
    {
        var access = new SshAccess("vm", "vsock-mux//run/it's 100%/vsock", 22, "/run/key");
        var words = access.Arguments("root", ["/opt/a b/vmspawn", "[ssh-proxy]", access.Address, "22"], "-n");
        Assert.Contains("ProxyCommand='/opt/a b/vmspawn' '[ssh-proxy]' 'vsock-mux//run/it'\\''s 100%%/vsock' 22", words);
        Assert.Equal(["-n", "--", "vm"], words.TakeLast(3));
    }

    [Fact]
    public void Ssh_itself_takes_every_option_and_keeps_no_host_key()
    {
        var access = new SshAccess("vm", "127.0.0.1", 2300, "/run/key");
        using var ssh = Process.Start(new ProcessStartInfo("/usr/bin/ssh", ["-F", "/dev/null", "-G", .. access.Arguments("somebody", ["/vmspawn", "[ssh-proxy]"], "-E", "/dev/null")]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var settings = ssh.StandardOutput.ReadToEnd();
        ssh.WaitForExit();
        Assert.Equal(0, ssh.ExitCode);
        var lines = settings.Split('\n');
        Assert.Contains("proxycommand /vmspawn '[ssh-proxy]'", lines);
        Assert.Contains("proxyusefdpass yes", lines);
        Assert.Contains("user somebody", lines);
        Assert.Contains("userknownhostsfile /dev/null", lines);
        Assert.Contains("stricthostkeychecking false", lines);
    }

    [Fact]
    public void Without_a_proxy_ssh_connects_to_a_port_of_the_host_by_itself_and_to_no_vsock()
    {
        var words = new SshAccess("vm", "127.0.0.1", 2300, "/run/key").Arguments("root");
        Assert.Contains("HostName=127.0.0.1", words);
        Assert.Contains("2300", words);
        Assert.DoesNotContain(words, word => word.StartsWith("ProxyCommand", StringComparison.Ordinal));
        Assert.Throws<ArgumentNullException>(() => new SshAccess("vm", "vsock/3", 22, "/run/key").Arguments("root"));
    }

    public void Dispose() => _directory.Dispose();

    private SshKeyMaker Maker(string type) => new(new SshKeySource("/usr/bin/ssh-keygen", type, _directory.Path));
}
