using System.Net.Sockets;
using System.Text;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The variables by which systemd's programs are told what to say and where.</summary>
public sealed class LogTests : VmTest
{
    [Fact]
    public async Task A_level_silences_a_target_and_time_change_the_line_and_colours_come_when_asked_for()
    {
        Assert.Equal("", await Said(("SYSTEMD_LOG_LEVEL", "crit")));
        Assert.Equal("", await Said(("SYSTEMD_LOG_TARGET", "null")));
        Assert.StartsWith("<3>vmspawn: --image=/nowhere: ", await Said(("SYSTEMD_LOG_TARGET", "console-prefixed")), StringComparison.Ordinal);
        Assert.Matches(@"^[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} \S+: vmspawn: --image=/nowhere: ", await Said(("SYSTEMD_LOG_TIME", "1")));
        Assert.StartsWith("\e[1;31mvmspawn:\e[0m --image=/nowhere: ", await Said(("SYSTEMD_LOG_COLOR", "yes")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_journal_gets_a_line_with_its_priority()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can put a socket in the journal's place");
        var place = Directory.CreateDirectory(Scratch.Own("journal")).FullName;
        using var journal = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        journal.Bind(new UnixDomainSocketEndPoint(Path.Combine(place, "socket")));
        using var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare", new Dictionary<string, string?> { ["SYSTEMD_LOG_TARGET"] = "journal" }, Scratch, QemuKind.Distribution,
            ["--mount", "--", "/bin/sh", "-c", "mount -t tmpfs none /run && mkdir -p /run/systemd/journal && mount --bind \"$0\" /run/systemd/journal && exec \"$@\"", place, Prepared.Binary, "-i", "/nowhere"]);
        var ended = await run.EndWith(1, ShortBound);
        Assert.Equal("", ended.Error);
        var datagram = new byte[4096];
        var length = await journal.ReceiveAsync(datagram, TestContext.Current.CancellationToken);
        Assert.StartsWith("PRIORITY=3\nSYSLOG_IDENTIFIER=vmspawn\nMESSAGE=--image=/nowhere: ", Encoding.UTF8.GetString(datagram, 0, length), StringComparison.Ordinal);
    }

    private async Task<string> Said((string Name, string Value) variable)
    {
        using var run = VmspawnRun.StartWith(
            new Dictionary<string, string?> { [variable.Name] = variable.Value }, Scratch, QemuKind.Distribution, "-i", "/nowhere");
        return (await run.EndWith(1, ShortBound)).Error;
    }
}
