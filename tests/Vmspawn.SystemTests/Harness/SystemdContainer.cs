namespace Vmspawn.SystemTests.Harness;

/// <summary>A current systemd as first process of a container, with a bus and machined; only root can make one.</summary>
internal sealed class SystemdContainer : IDisposable
{
    /// <summary>An ordinary user, whose manager is <c>user@4242.service</c>.</summary>
    public const string User = "4242";

    private const string UserRuntime = $"/run/user/{User}";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly Scratch _scratch;
    private readonly VmspawnRun _host;
    private string _first = "";

    private static string[] AsUser => [$"--setuid={User}", $"--setgid={User}"];

    private SystemdContainer(Scratch scratch, VmspawnRun host)
    {
        _scratch = scratch;
        _host = host;
    }

    /// <param name="scratch">The test's folders.</param>
    /// <param name="units">Files of units that its systemd knows besides its own.</param>
    public static Task<SystemdContainer> Start(Scratch scratch, params string[] units) => StartOver(scratch, [], units);

    /// <param name="scratch">The test's folders.</param>
    /// <param name="trees">Trees with what its own lacks.</param>
    /// <param name="units">Files of units that its systemd knows besides its own.</param>
    public static async Task<SystemdContainer> StartOver(Scratch scratch, string[] trees, params string[] units)
    {
        var run = VmspawnRun.StartProgram(
            Path.Combine(Prepared.Guests, "systemd-container"), new Dictionary<string, string?>(), scratch, QemuKind.Sid,
            [string.Join(':', [Path.Combine(Prepared.Cache, "sid"), .. trees]), scratch.Mark, .. units]);
        var container = new SystemdContainer(scratch, run);
        await run.Output.WaitFor("ready ", Bound);
        await run.Output.WaitFor("\n", Bound);
        container._first = run.Output.Text["ready ".Length..].Trim();
        return container;
    }

    /// <summary>Starts vmspawn in it, outside of all units.</summary>
    public VmspawnRun StartVmspawn(params string[] arguments) => Enter([], [Prepared.Binary, .. arguments]);

    /// <summary>Starts a vmspawn that the user may read, as the user, outside of all units.</summary>
    public VmspawnRun StartVmspawnAsUser(string binary, params string[] arguments) =>
        Enter(AsUser, [binary, .. arguments], ("XDG_CACHE_HOME", $"{UserRuntime}/cache"));

    /// <summary>Runs a program of its own as the user; it has to succeed.</summary>
    public Task<string> GoodAsUser(params string[] words) => Good(["--root", "--wdns=/", .. AsUser], words);

    /// <summary>Runs a program of its own, which has to succeed; what it printed.</summary>
    public Task<string> Good(params string[] words) => Good(["--root", "--wdns=/"], words);

    /// <summary>Runs a program of its own.</summary>
    public async Task<Ended> Run(params string[] words)
    {
        using var run = Enter(words);
        return await run.End(Bound);
    }

    /// <summary>Starts a program of its own.</summary>
    public VmspawnRun Enter(params string[] words) => Enter(["--root", "--wdns=/"], words);

    /// <summary>A unit's settings by name.</summary>
    public async Task<Dictionary<string, string>> Show(string unit, params string[] names)
    {
        var lines = await Good("/usr/bin/systemctl", "show", unit, "--property", string.Join(',', names));
        return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
    }

    /// <summary>Ends it, and waits for that.</summary>
    public async Task End()
    {
        _host.Input.Close();
        var ended = await _host.End(Bound);
        Assert.True(ended.Status == 0, ended.ToString());
    }

    public void Dispose() => _host.Dispose();

    private async Task<string> Good(string[] how, string[] words)
    {
        using var run = Enter(how, words);
        var ended = await run.End(Bound);
        Assert.True(ended.Status == 0, $"{string.Join(' ', words)}: {ended}");
        return ended.Output;
    }

    // Without its root a process sees this host's files, with the container's /run and /proc; systemctl would take that for
    // a chroot, in which it does nothing.
    private VmspawnRun Enter(string[] how, string[] words, params (string Name, string Value)[] variables)
    {
        var environment = variables.ToDictionary(variable => variable.Name, variable => (string?)variable.Value);
        environment["SYSTEMD_IGNORE_CHROOT"] = "1";
        if (how.Contains(AsUser[0]))
            environment["XDG_RUNTIME_DIR"] = UserRuntime;
        return VmspawnRun.StartProgram(
            "/usr/bin/nsenter", environment, _scratch, QemuKind.Sid,
            ["--mount", "--pid", "--cgroup", "--net", "--uts", $"--target={_first}", .. how, .. words]);
    }
}
