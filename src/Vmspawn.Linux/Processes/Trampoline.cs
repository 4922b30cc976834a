namespace Vmspawn.Linux;

/// <summary>Starts a child directly, through this executable, or through setpriv(1): see <see cref="ParentDeath"/>.</summary>
internal static class Trampoline
{
    private const string Self = "/proc/self/exe";

    public static int Start(ChildSpec spec)
    {
        if (!spec.DieWithParent)
            return StartDirectly(spec);
        return ParentDeath.UsesSelf ? StartThroughSelf(spec) : StartThroughSetpriv(spec);
    }

    private static int StartDirectly(ChildSpec spec)
    {
        using var descriptors = DescriptorMap.For(spec, status: null);
        return Spawner.Spawn(spec.Path, [spec.Path, .. spec.Arguments], spec, descriptors);
    }

    private static int StartThroughSelf(ChildSpec spec)
    {
        using var status = Pipe.Create();
        var number = 3;
        foreach (var one in spec.Descriptors)
            number = Math.Max(number, one.Number + 1);
        int processId;
        using (var descriptors = DescriptorMap.For(spec, new ChildDescriptor(number, status.WriteEnd)))
        {
            List<string> argv = [Self, .. ParentDeath.SelfArguments(number), spec.Path, .. spec.Arguments];
            processId = Spawner.Spawn(Self, argv, spec, descriptors);
        }
        status.WriteEnd.Dispose();
        var errno = ExecStatus.Await(status.ReadEnd);
        if (errno == Errno.None)
            return processId;
        _ = Libc.Kill(processId, (int)Signal.SIGKILL);
        Reap(processId);
        throw new LinuxException("execve", spec.Path, errno);
    }

    // setpriv reports a failed exec on stderr only, so common causes are checked first.
    private static int StartThroughSetpriv(ChildSpec spec)
    {
        if (Libc.Access(spec.Path, Libc.X_OK) != 0)
            throw LinuxException.Last("execve", spec.Path);
        if (Directory.Exists(spec.Path))
            throw new LinuxException("execve", spec.Path, Errno.EACCES);
        var setpriv = Executable.Find("setpriv")
            ?? throw new LinuxException("posix_spawn", "setpriv (util-linux), which makes children die with us", Errno.ENOENT);
        using var descriptors = DescriptorMap.For(spec, status: null);
        List<string> argv = [setpriv, "--pdeathsig", "KILL", "--", spec.Path, .. spec.Arguments];
        return Spawner.Spawn(setpriv, argv, spec, descriptors);
    }

    private static unsafe void Reap(int processId)
    {
        while (Libc.WaitPid(processId, null, 0) < 0 && Libc.LastError == Errno.EINTR)
        {
        }
    }
}
