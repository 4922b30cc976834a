namespace Vmspawn;

/// <summary>What happens to a program that serves a device of a machine.</summary>
public enum HelperFault
{
    /// <summary>It is killed (SIGKILL), and the machine ends with that as the reason.</summary>
    Kill,

    /// <summary>It is stopped (SIGSTOP): the guest's requests to its device wait.</summary>
    Stop,

    /// <summary>It runs on after a stop (SIGCONT).</summary>
    Continue,
}

/// <summary>A program that serves a device of a machine.</summary>
/// <param name="Name">The program's name; a number is appended from the second one on: <c>virtiofsd</c>, <c>virtiofsd-2</c>.</param>
/// <param name="Purpose">What it serves.</param>
/// <param name="ProcessId">Its process.</param>
public sealed record VmHelper(string Name, string Purpose, int ProcessId);
