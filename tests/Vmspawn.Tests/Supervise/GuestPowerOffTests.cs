using Vmspawn.Host;
using Vmspawn.Notify;
using Vmspawn.Ssh;
using Vmspawn.Supervise;

namespace Vmspawn.Tests;

/// <summary>A script in ssh's place: when exactly a real guest stops its sshd cannot be chosen.</summary>
public sealed class GuestPowerOffTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("true", null)]
    [InlineData("""eval "$last"; echo 'Connection to 127.0.0.1 closed by remote host.' >&2; exit 255""", null)]
    [InlineData("echo 'Connection refused' >&2; exit 255", "ssh: exited with status 255: Connection refused")]
    [InlineData("""eval "$last"; exit 1""", "ssh: exited with status 1: vmspawn: logged in")]
    public async Task A_connection_that_ends_once_root_is_logged_in_is_the_guests_shutdown(string ssh, string? failure)
    {
        var program = _directory["ssh"];
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nsystemctl() {{ :; }}\nfor last; do :; done\n{ssh}\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, PrivateFiles.DirectoryMode);
        var access = new SshAccess("vm", "127.0.0.1", 22, "/nothing/key");
        var powerOff = new GuestPowerOff(SshLogin.Of(access, name => name == SshAccess.ProgramVariable ? program : null, proxy: null)!);
        Assert.Equal(failure, await powerOff.AskAsync(GuestState.Silent with { Ready = true }, TestContext.Current.CancellationToken));
    }

    public void Dispose() => _directory.Dispose();
}
