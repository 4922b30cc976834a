namespace Vmspawn.SystemTests.Harness;

/// <summary>machined and a storage provider of a current systemd, in namespaces of their own; only root can make them.</summary>
internal sealed class SystemdHost : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly Scratch _scratch;
    private readonly VmspawnRun _host;

    private SystemdHost(Scratch scratch, VmspawnRun host)
    {
        _scratch = scratch;
        _host = host;
    }

    private string Scope => $"{_scratch.Mark}.scope";

    public static async Task<SystemdHost> Start(Scratch scratch)
    {
        var run = VmspawnRun.StartProgram(
            "/usr/bin/unshare", new Dictionary<string, string?>(), scratch, QemuKind.Sid,
            ["--mount", "--cgroup", Path.Combine(Prepared.Guests, "systemd-host"), SidProgram.Runner, $"{scratch.Mark}.scope"]);
        var host = new SystemdHost(scratch, run);
        await run.Output.WaitFor("ready", Bound);
        return host;
    }

    /// <summary>Starts vmspawn in it, in the unit of that host, by whose control group's name machined tells it.</summary>
    public VmspawnRun StartVmspawn(params string[] arguments) => Enter(
        ["/bin/sh", "-c", $"echo $$ >/run/cg/{Scope}/cgroup.procs && exec \"$0\" \"$@\"", Prepared.Binary, .. arguments]);

    /// <summary>Runs machinectl, which has to succeed.</summary>
    public Task<Ended> Machinectl(params string[] words) => Good([SidProgram.Runner, "usr/bin/machinectl", .. words]);

    /// <summary>Runs machinectl.</summary>
    public Task<Ended> TryMachinectl(params string[] words) => Run([SidProgram.Runner, "usr/bin/machinectl", .. words]);

    /// <summary>Ends it, and waits for that.</summary>
    public async Task End()
    {
        _host.Input.Close();
        var ended = await _host.End(Bound);
        Assert.True(ended.Status == 0, ended.ToString());
    }

    public void Dispose() => _host.Dispose();

    private async Task<Ended> Good(params string[] words)
    {
        var ended = await Run(words);
        Assert.True(ended.Status == 0, $"{string.Join(' ', words)}: {ended}");
        return ended;
    }

    private async Task<Ended> Run(string[] words)
    {
        using var run = Enter(words);
        return await run.End(Bound);
    }

    private VmspawnRun Enter(string[] words) => VmspawnRun.StartProgram(
        "/usr/bin/nsenter", new Dictionary<string, string?>(), _scratch, QemuKind.Sid,
        ["--mount", "--cgroup", $"--target={_host.ProcessId}", .. words]);
}
