using Vmspawn.Ssh;

namespace Vmspawn.Cli.Running;

/// <summary>Our part as ssh's proxy: only ssh calls this.</summary>
internal static class SshProxyVerb
{
    public static int Run(string address, string port)
    {
        try
        {
            SshProxy.RunAsync(address, uint.Parse(port, System.Globalization.CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
            return 0;
        }
        catch (Exception error) when (error is IOException or FormatException or OverflowException)
        {
            Report.Error($"{address}: {error.Message}");
            return ExitStatus.Failed;
        }
    }
}
