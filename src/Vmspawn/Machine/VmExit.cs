namespace Vmspawn;

/// <summary>How a machine ended.</summary>
/// <param name="Status">0 when the guest powered off; the status that the guest reported, if it did; 1 after a failure or an end by force.</param>
/// <param name="Errors">Sentences about a failure; empty when the guest ended the machine.</param>
public sealed record VmExit(int Status, IReadOnlyList<string> Errors)
{
    /// <summary>The guest powered off and reported no failure, or a client asked for the end by force.</summary>
    public bool IsSuccess => Status == 0;

    /// <summary>The reasons in one text, or the status.</summary>
    public override string ToString() => Errors.Count > 0 ? string.Join(System.Environment.NewLine, Errors) : $"the guest ended with status {Status}";
}

/// <summary>Where a machine is between its start and its end.</summary>
public enum VmState
{
    /// <summary>It runs; the guest has not reported that it is ready.</summary>
    Running,

    /// <summary>The guest has reported that it is ready.</summary>
    Ready,

    /// <summary>The guest or vmspawn was asked to end it.</summary>
    Stopping,

    /// <summary>QEMU has exited.</summary>
    Ended,
}
