using Vmspawn.Host;
using Vmspawn.Options;

namespace Vmspawn;

/// <summary>Where machines of other processes are looked for, and how long their answers may take.</summary>
public sealed record RunningMachineOptions
{
    /// <summary>The runtime directories: the user's, the system's, or both (<see cref="RuntimeScope.Auto"/>).</summary>
    public RuntimeScope Scope { get; init; } = RuntimeScope.Auto;

    /// <summary>The time limit for an answer of a machine's server. Requests that wait for the guest or open files have limits of their own.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Reads the environment variables that name the directories.</summary>
    public VmEnvironment Environment { get; init; } = VmEnvironment.OfProcess;

    /// <summary>Whether the machine is one of this user's or of root's sessions, for storage providers.</summary>
    internal bool IsUser => Scope == RuntimeScope.User || (Scope == RuntimeScope.Auto && HostProbe.EffectiveUser != 0);

    internal MachinePlaces Places => MachinePlaces.Find(Scope, HostProbe.EffectiveUser, Environment.Variable);
}
