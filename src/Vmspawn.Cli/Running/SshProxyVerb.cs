using Vmspawn.Linux;
using Vmspawn.Ssh;

namespace Vmspawn.Cli.Running;

/// <summary>vmspawn as ssh's proxy command: only ssh runs this.</summary>
internal static class SshProxyVerb
{
    public static async Task<int> RunAsync(string address, string port)
    {
        try
        {
            await SshProxy.RunAsync(address, uint.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
            return 0;
        }
        catch (Exception error) when (error is IOException or FormatException or OverflowException)
        {
            Report.Error($"{address}: {FailureReason.Of(error)}");
            return ExitStatus.Failed;
        }
    }
}
