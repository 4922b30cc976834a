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
        var key = await SshKeyMaker.MakeAsync("/usr/bin/ssh-keygen", type, _directory.Path);
        Assert.StartsWith(begins, key.Public, StringComparison.Ordinal);
        Assert.StartsWith("-----BEGIN OPENSSH PRIVATE KEY-----\n", Encoding.ASCII.GetString(key.Private.Span), StringComparison.Ordinal);
        Assert.NotEqual(key.Public, (await SshKeyMaker.MakeAsync("/usr/bin/ssh-keygen", type, _directory.Path)).Public);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public async Task What_ssh_keygen_says_of_a_type_it_does_not_know_is_the_error()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => SshKeyMaker.MakeAsync("/usr/bin/ssh-keygen", "rot13", _directory.Path));
        Assert.Contains("unknown key type rot13", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void The_proxy_command_is_quoted_for_the_shell_and_for_sshs_own_tokens()
    {
        var access = new SshAccess("vm", "vsock-mux//run/it's 100%/vsock", 22, "/run/key");
        var words = access.Arguments("/opt/a b/vmspawn", "root", "-n");
        Assert.Contains("ProxyCommand='/opt/a b/vmspawn' '[ssh-proxy]' 'vsock-mux//run/it'\\''s 100%%/vsock' '22'", words);
        Assert.Equal(["-n", "--", "vm"], words.TakeLast(3));
    }

    [Fact]
    public void Ssh_itself_takes_every_option_and_keeps_no_host_key()
    {
        var access = new SshAccess("vm", "127.0.0.1", 2300, "/run/key");
        using var ssh = Process.Start(new ProcessStartInfo("/usr/bin/ssh", ["-F", "/dev/null", "-G", .. access.Arguments("/vmspawn", "somebody")]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var settings = ssh.StandardOutput.ReadToEnd();
        ssh.WaitForExit();
        Assert.Equal(0, ssh.ExitCode);
        string[] lines = settings.Split('\n');
        Assert.Contains("hostname 127.0.0.1", lines);
        Assert.Contains("port 2300", lines);
        Assert.Contains("user somebody", lines);
        Assert.Contains("userknownhostsfile /dev/null", lines);
        Assert.Contains("stricthostkeychecking false", lines);
    }

    public void Dispose() => _directory.Dispose();
}
