using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>What the supervisor keeps of the calls that it has answered.</summary>
public sealed class SupervisorMemoryTests : VmTest
{
    /// <summary>
    /// Two hundred pages of noise: threads that start and end, heap that is returned in regions. What a thousand calls leave
    /// when nothing is returned is 3.5 MiB.
    /// </summary>
    private const long Noise = 800 << 10;

    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2.5);

    private static readonly string[] Questions =
    [
        ControlledVm.Instance + "Describe", ControlledVm.Ours + "Status", ControlledVm.Ours + "ListPorts", ControlledVm.Ours + "ListStorage",
        ControlledVm.Ours + "GetMemory", ControlledVm.Ours + "Topology",
    ];

    [Fact]
    public async Task A_thousand_calls_leave_no_more_memory_behind_than_ten()
    {
        await using var vm = await ControlledVm.Start(Scratch, QemuKind.Distribution, Guest("sleep=200"));
        await vm.Run.Output.WaitFor("vmtest: up", GuestBound);
        await Ask(vm, 10);
        await Task.Delay(Settled);
        var afterTen = Anonymous(vm.Run.ProcessId);
        await Ask(vm, 990);
        var end = DateTime.UtcNow + ShortBound;
        long afterAll;
        do
        {
            await Task.Delay(Settled);
            afterAll = Anonymous(vm.Run.ProcessId);
        }
        while (afterAll > afterTen + Noise && DateTime.UtcNow < end);
        Assert.InRange(afterAll, 0, afterTen + Noise);
        await vm.Terminate();
        await vm.Run.EndWith(0, ShortBound);
    }

    /// <summary>Longer than a thread of the pool lives idle by default (20 s).</summary>
    private static readonly TimeSpan IdleThreadsEnd = TimeSpan.FromSeconds(22);

    /// <summary>
    /// A pool that has to make a thread for a client's call, and cannot for a limit of the host, ends the program. So the
    /// threads are there before any call, and stay.
    /// </summary>
    [Fact]
    public async Task The_threads_that_calls_need_are_there_after_a_long_silence()
    {
        await using var vm = await ControlledVm.Start(Scratch, QemuKind.Distribution, Guest("sleep=200"));
        await vm.Run.Output.WaitFor("vmtest: up", GuestBound);
        await Task.Delay(IdleThreadsEnd);
        var before = Workers(vm.Run.ProcessId);
        Assert.Equal(4, before.Length);
        await Ask(vm, 50);
        Assert.Equal(before, Workers(vm.Run.ProcessId));
        await vm.Terminate();
        await vm.Run.End(ShortBound);
    }

    /// <summary>The pool's threads of a process, by number.</summary>
    private static string[] Workers(int process) => [.. Directory.GetDirectories($"/proc/{process}/task")
        .Where(thread => File.ReadAllText($"{thread}/comm").StartsWith(".NET TP Worker", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static async Task Ask(ControlledVm vm, int times)
    {
        for (var i = 0; i < times; i++)
            await vm.Call(Questions[i % Questions.Length]);
    }

    /// <summary>Its own memory in bytes, without what it maps of its program and libraries.</summary>
    private static long Anonymous(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) << 10;
    }
}
