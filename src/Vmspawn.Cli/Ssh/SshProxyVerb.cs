using System.Globalization;
using Vmspawn.Cli.Running;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Ssh;

/// <summary>vmspawn as ssh's proxy command: only ssh runs this.</summary>
internal static class SshProxyVerb
{
    /// <summary>The first argument that makes vmspawn the proxy command.</summary>
    public const string Word = "[ssh-proxy]";

    /// <summary>The command without an address, for <see cref="VmStartOptions.SshProxy"/>.</summary>
    public static IReadOnlyList<string> Command => [Environment.ProcessPath!, Word];

    /// <summary>The command that connects to a guest.</summary>
    /// <param name="access">The guest.</param>
    /// <param name="wait">How to wait for a guest that does not answer yet, or null to try once.</param>
    public static IReadOnlyList<string>? CommandFor(SshAccess access, SshWait? wait) =>
        access.IsVsock || wait is not null ? [.. Command, access.Address, $"{access.Port}", .. wait?.Words ?? []] : null;

    public static async Task<int> RunAsync(ConnectForSsh connect)
    {
        var subject = connect.Address;
        try
        {
            var wait = SshWait.Of(connect.Wait);
            subject = wait?.Machine ?? subject;
            // ssh itself has the key.
            var access = new SshAccess(subject, connect.Address, int.Parse(connect.Port, CultureInfo.InvariantCulture), KeyFile: "");
            await new SshProxy(access, new Report(quiet: false).Notice).RunAsync(StandardStream.Output, wait);
            return 0;
        }
        catch (Exception error) when (error is IOException or FormatException or OverflowException)
        {
            Report.Error($"{subject}: {FailureReason.Of(error)}");
            return ExitStatus.Failed;
        }
    }
}
