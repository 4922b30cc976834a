using Vmspawn.Control.Storage;
using Vmspawn.Launch;
using Vmspawn.Spec;
using Vmspawn.Supervise;

namespace Vmspawn.Control;

/// <summary>Faults of a machine that are made on request, of its owner or of another process.</summary>
internal sealed class Faults(RunningVm vm, MachineSpec spec, MonitorAccess monitor, DiskHotplug disks, Supervisor supervisor)
{
    public IReadOnlyList<VmHelper> Helpers => [.. Named().Select(helper => new VmHelper(helper.Name, helper.Process.Plan.Purpose, helper.Process.Id))];

    public Task SetDiskAsync(string name, DiskFault? fault) => disks.Faults.SetAsync(name, fault);

    /// <exception cref="VmControlException">There is no such card, or QEMU does not answer.</exception>
    public Task SetLinkAsync(long card, bool up)
    {
        if (card < 0 || card >= spec.Nics.Count)
        {
            throw new VmControlException(
                VmControlFailure.BadConfig, $"there is no network card {card}: {(spec.Nics.Count == 0 ? "the machine has none" : $"the machine's are 0 to {spec.Nics.Count - 1}")}");
        }

        return monitor.RunAsync(qemu => VmNic.SetLinkAsync(qemu, DeviceIds.Nic((int)card), up, CancellationToken.None));
    }

    /// <exception cref="VmControlException">There is no such helper.</exception>
    public void Signal(string helper, HelperFault fault)
    {
        var found = Named().FirstOrDefault(one => one.Name == helper).Process
            ?? throw new VmControlException(VmControlFailure.BadConfig, $"no program {helper} serves a device: {(vm.Helpers.Count == 0 ? "the machine has none" : $"there is {string.Join(", ", Helpers.Select(one => one.Name))}")}");
        found.Supervised.Send(fault switch
        {
            HelperFault.Stop => Linux.Signal.SIGSTOP,
            HelperFault.Continue => Linux.Signal.SIGCONT,
            _ => Linux.Signal.SIGKILL,
        });
    }

    /// <summary>Ends QEMU as a power failure ends a computer.</summary>
    public void CutPower()
    {
        supervisor.Inbox.TryWrite(new KillAsked("a power cut"));
        vm.Qemu.Send(Linux.Signal.SIGKILL);
    }

    private IEnumerable<(string Name, RunningHelper Process)> Named()
    {
        var seen = new Dictionary<string, int>();
        foreach (var helper in vm.Helpers)
        {
            var program = Path.GetFileName(helper.Plan.Program);
            var number = seen[program] = seen.GetValueOrDefault(program) + 1;
            yield return (number == 1 ? program : $"{program}-{number}", helper);
        }
    }
}
