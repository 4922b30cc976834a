using Vmspawn.Options;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Programs outside of this repository that use its packages.</summary>
public sealed class OutsideProjectTests : VmTest
{
    /// <summary>How long after the death of their owner QEMU and its helpers may live.</summary>
    private static readonly TimeSpan DeathBound = TimeSpan.FromSeconds(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Each QEMU, and with <c>--all</c> native programs too.</summary>
    public static TheoryData<QemuKind, bool> Forms
    {
        get
        {
            var forms = new TheoryData<QemuKind, bool> { { QemuKind.Distribution, false }, { QemuKind.Sid, false } };
            if (Sample.IsWhole)
                forms.AddRange((QemuKind.Distribution, true), (QemuKind.Sid, true));
            return forms;
        }
    }

    [Fact]
    public async Task The_planner_needs_no_word_about_the_platform()
    {
        using var run = await Start("Planner", QemuKind.Distribution, isNative: false);
        var ended = await run.EndWith(0, ShortBound);
        Assert.StartsWith("{\"machine\":\"q35\",", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\n-device pcie-root-port,id=vmspawn-pcieport-0,", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_program_with_the_packages_owns_a_machine(QemuKind qemu, bool isNative)
    {
        using var run = await Start("OwnedMachine", qemu, isNative, "walk", Scratch.Mark, Prepared.Kernel, Prepared.Initrd, Scratch.Raw("data.raw", 1 << 20));
        var ended = await run.EndWith(0, GuestBound);
        Assert.Equal(
            $"planned 10 ports\nstarted {Scratch.Mark}\nthe guest has a shell\nthe guest has the disk\nthe guest runs Linux\ncopied: True\nended with status 0\n",
            ended.Output);
        Assert.Equal("", ended.Error);
    }

    [Fact]
    public async Task Of_a_killed_process_with_ten_machines_nothing_runs_on_and_the_next_start_removes_what_is_left()
    {
        using (var run = await Start("OwnedMachine", QemuKind.Distribution, isNative: false, "crowd", Scratch.Mark, "10", BootSector.WriteIdle(Scratch)))
        {
            await run.Output.WaitFor("10 machines run\n", GuestBound);
            var children = Processes.Children(run.ProcessId);
            // Ten QEMUs, and two TPMs.
            Assert.True(children.Length >= 12, string.Join('\n', children.Select(Processes.Describe)));
            run.Signal("KILL");
            await Task.WhenAll(children.Select(child => Processes.Gone(child, DeathBound)));
            Assert.Equal(128 + 9, (await run.End(ShortBound)).Status);
        }

        Assert.Empty(Processes.With(Scratch.Mark));
        var left = Scratch.Strangers().ToList();
        Assert.Contains(left, path => path.StartsWith(Scratch.RuntimeOf($"{Scratch.Mark}-0") + "/", StringComparison.Ordinal));

        var variables = TestEnvironment.For(Scratch, QemuKind.Distribution);
        var options = new VmOptions
        {
            Machine = Scratch.Mark,
            Scope = RuntimeScope.User,
            Image = BootSector.Write(Scratch),
            Kvm = Tristate.No,
            Firmware = FirmwareKind.Bios,
            Tpm = Tristate.No,
            Vsock = new VsockRequest(VsockMode.No, null),
        };
        var planning = await VmPlanning.OfAsync(options, new VmEnvironment { Variable = name => variables.GetValueOrDefault(name) }, Cancel);
        await using (var next = await VirtualMachine.StartAsync(planning, cancellationToken: Cancel))
            Assert.Equal(0, (await next.Exited.WaitAsync(GuestBound, Cancel)).Status);
        Assert.Empty(Scratch.Strangers());
    }

    private async Task<VmspawnRun> Start(string project, QemuKind qemu, bool isNative, params string[] arguments) =>
        VmspawnRun.StartProgram(await OutsideProject.BuildAsync(project, isNative), OutsideProject.Environment, Scratch, qemu, arguments);
}
