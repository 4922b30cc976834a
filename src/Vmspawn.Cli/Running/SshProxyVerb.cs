using System.Globalization;
using Vmspawn.Linux;
using Vmspawn.Ssh;

namespace Vmspawn.Cli.Running;

/// <summary>vmspawn as ssh's proxy command: only ssh runs this.</summary>
internal static class SshProxyVerb
{
    public static async Task<int> RunAsync(ConnectForSsh connect)
    {
        var subject = connect.Address;
        try
        {
            var wait = Wait(connect.Wait);
            subject = wait?.Machine ?? subject;
            var sshd = new GuestSshd(connect.Address, int.Parse(connect.Port, CultureInfo.InvariantCulture));
            await new SshProxy(sshd, new Report(quiet: false).Notice).RunAsync(StandardStream.Output, wait);
            return 0;
        }
        catch (Exception error) when (error is IOException or FormatException or OverflowException)
        {
            Report.Error($"{subject}: {FailureReason.Of(error)}");
            return ExitStatus.Failed;
        }
    }

    private static SshWait? Wait(IReadOnlyList<string> words) => words is [var directory, var milliseconds, var manner]
        ? new SshWait(directory, TimeSpan.FromMilliseconds(long.Parse(milliseconds, CultureInfo.InvariantCulture)), manner == SshAccess.QuietWord)
        : null;
}
