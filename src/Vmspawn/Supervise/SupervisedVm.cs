using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Plan;
using Vmspawn.Qmp;
using Vmspawn.Ssh;

namespace Vmspawn.Supervise;

/// <summary>The parts of a running VM that the supervisor uses; tests create one without processes.</summary>
/// <param name="Name">The machine's name.</param>
/// <param name="Qemu">QEMU.</param>
/// <param name="Helpers">The programs that serve QEMU, in the order of their start.</param>
/// <param name="Monitor">vmspawn's end of QEMU's monitor socket; owned by the supervisor.</param>
internal sealed record SupervisedVm(
    string Name, SupervisedProcess Qemu, IReadOnlyList<SupervisedProcess> Helpers, UnixConnection Monitor)
{
    /// <summary>The receivers of the guest's notifications, owned by the VM.</summary>
    public IReadOnlyList<NotifyReceiver> Receivers { get; init; } = [];

    /// <summary>What the guest reported before it was frozen.</summary>
    public GuestState Before { get; init; } = GuestState.Silent;

    /// <summary>Replaces descriptor numbers in QEMU's messages by file names.</summary>
    public Func<string, string> Explain { get; init; } = text => text;

    /// <summary>Requests the guest's own system to power off; null where no login is possible.</summary>
    public IGuestPowerOff? PowerOff { get; init; }

    /// <summary>Called with a virtio port's id when the guest has opened or closed it.</summary>
    public Action<string, bool> PortChanged { get; init; } = (_, _) => { };

    /// <summary>Called with each event of QEMU, in order, by the task that reads them: it must neither wait nor fail.</summary>
    public Action<QmpEvent> EventArrived { get; init; } = _ => { };

    /// <summary>Called when the guest was reset.</summary>
    public Action GuestReset { get; init; } = () => { };

    /// <param name="vm">The VM.</param>
    /// <param name="login">How root logs in, or null.</param>
    public static SupervisedVm Of(RunningVm vm, SshLogin? login) => new(
        vm.Plan.Name,
        new SupervisedProcess(SupervisedProcess.QemuSubject, vm.Qemu.Id, vm.Qemu.Exited, signal => vm.Qemu.Send(signal), ProcessOutput.Of(vm.Stderr)),
        [.. vm.Helpers.Select(helper => helper.Supervised)],
        vm.Monitor)
    {
        Receivers = vm.Receivers,
        Explain = text => DescriptorNames.Explain(text, vm.Plan.Descriptors),
        PowerOff = login is null ? null : new GuestPowerOff(login),
    };
}
