using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>posix_spawn(3) with explicit descriptors, signal mask and signal dispositions.</summary>
internal static unsafe class Spawner
{
    /// <returns>The child's process id.</returns>
    public static int Spawn(string program, IReadOnlyList<string> argv, ChildSpec spec, DescriptorMap descriptors)
    {
        using var arguments = new NativeStrings(argv);
        using var environment = new NativeStrings(ChildEnvironment.Of(ChildEnvironment.Ours(), spec.Environment));
        var actions = stackalloc byte[Libc.FileActionsSize];
        var attributes = stackalloc byte[Libc.SpawnAttributesSize];
        Check(Libc.FileActionsInit(actions), program);
        try
        {
            descriptors.AddTo(actions);
            Check(Libc.SpawnAttributesInit(attributes), program);
            SetSignals(attributes, spec, program);
            int processId;
            Check(Libc.Spawn(&processId, program, actions, attributes, arguments.Pointer, environment.Pointer), program);
            _ = Libc.SpawnAttributesDestroy(attributes);
            return processId;
        }
        finally
        {
            _ = Libc.FileActionsDestroy(actions);
        }
    }

    private static void SetSignals(byte* attributes, ChildSpec spec, string program)
    {
        var signals = stackalloc byte[Libc.SignalSetSize];
        NativeMemory.Clear(signals, Libc.SignalSetSize);
        Check(Libc.SpawnAttributesSetSignalMask(attributes, signals), program);
        _ = Libc.FillSignalSet(signals);
        Check(Libc.SpawnAttributesSetDefaultSignals(attributes, signals), program);
        // The default group 0 means a new group; the first process of a session has one.
        var group = spec.NewSession ? Libc.POSIX_SPAWN_SETSID : spec.NewProcessGroup ? Libc.POSIX_SPAWN_SETPGROUP : (short)0;
        var flags = Libc.POSIX_SPAWN_SETSIGMASK | Libc.POSIX_SPAWN_SETSIGDEF | group;
        Check(Libc.SpawnAttributesSetFlags(attributes, (short)flags), program);
    }

    private static void Check(int error, string program)
    {
        if (error != 0)
            throw new LinuxException("posix_spawn", program, (Errno)error);
    }
}
