using System.Net;

namespace Vmspawn;

/// <summary>What happens to frames between the machines of a network. What the network itself answers (addresses, names) is not affected.</summary>
public sealed record VmNetworkQuality
{
    /// <summary>The longest delay.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    /// <summary>Nothing is lost or delayed.</summary>
    public static VmNetworkQuality Perfect { get; } = new();

    /// <summary>The probability from 0 to 1 that a frame is lost.</summary>
    public double Loss { get; init; }

    /// <summary>How long a frame is on its way, in each direction.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>By how much the delay varies, up and down, evenly distributed; frames may overtake each other.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Why the values make no sense, or null.</summary>
    internal string? WhyNot =>
        !(Loss is >= 0 and <= 1) ? "the loss is not between 0 and 1"
        : Delay < TimeSpan.Zero || Delay > LongestDelay ? $"the delay is not between 0 and {LongestDelay.TotalSeconds:0} s"
        : Jitter < TimeSpan.Zero || Jitter > LongestDelay ? $"the jitter is not between 0 and {LongestDelay.TotalSeconds:0} s"
        : null;
}

/// <summary>A machine in a network.</summary>
/// <param name="Machine">Its name, by which the others find it.</param>
/// <param name="Mac">Its card's MAC address.</param>
/// <param name="Address">The address that it gets by DHCP.</param>
public sealed record VmNetworkMember(string Machine, string Mac, IPAddress Address);

/// <summary>A network cannot be made, or a request to one failed; the message is a sentence for users.</summary>
public sealed class VmNetworkException : VmException
{
    internal VmNetworkException(Problem problem, Exception? cause = null)
        : base(problem.ToString(), cause) => Problem = problem;

    /// <summary>The message in its parts.</summary>
    public Problem Problem { get; }
}
