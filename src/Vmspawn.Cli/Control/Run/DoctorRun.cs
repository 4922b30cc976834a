using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;
using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn doctor</c>.</summary>
internal static class DoctorRun
{
    /// <returns>The exit status: 1 when no machine can start.</returns>
    public static async Task<int> RunAsync(DoctorCommand command, ControlScreen screen)
    {
        var (host, stopped) = await CancelOnSignals.RunAsync(cancel => VmHost.ExamineAsync(null, cancel));
        return stopped ?? Run(command, host!, screen);
    }

    /// <summary>Prints the findings of an examination.</summary>
    internal static int Run(DoctorCommand command, VmHost host, ControlScreen screen)
    {
        var report = new DoctorReport(host);
        screen.Write(command.Json ? report.Json() : report.Text(screen.Style));
        return report.CanStart ? 0 : ExitStatus.Failed;
    }
}
