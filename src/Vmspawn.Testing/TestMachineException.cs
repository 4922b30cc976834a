namespace Vmspawn.Testing;

/// <summary>A machine for tests could not be had. The message is a sentence with the reason.</summary>
public sealed class TestMachineException : Exception
{
    internal TestMachineException(string message, Exception? cause = null, IReadOnlyList<string>? reportFiles = null)
        : base(message, cause) => ReportFiles = reportFiles ?? [];

    /// <summary>The files of a report about the machine that failed (<see cref="VirtualMachine.WriteReportAsync"/>); empty if none was started.</summary>
    public IReadOnlyList<string> ReportFiles { get; }
}
