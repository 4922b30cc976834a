using Vmspawn.Options;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The console's character device and its guest device, and the QMP monitor.</summary>
internal static class ConsoleArguments
{
    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        var socket = draft.Inherit("monitor", new MonitorSocket());
        draft.Add("-chardev", new OptionText("socket").With("id", DeviceIds.Monitor).With("fd", socket));
        AddMonitor(draft, spec, "monitor-qmp", "control", DeviceIds.Monitor);

        switch (spec.Console)
        {
            case ConsoleMode.Headless or ConsoleMode.Gui:
                return;
            case ConsoleMode.Native:
                draft.Add("-chardev", new OptionText("stdio")
                    .With("id", DeviceIds.Console).With("mux", true).With("signal", false));
                AddMonitor(draft, spec, "monitor-hmp", "readline", DeviceIds.Console);
                break;
            default:
                draft.Add("-chardev", new OptionText("serial")
                    .With("id", DeviceIds.Console).With("path", draft.SetPath("console", new ConsoleTerminal())));
                break;
        }

        if (spec.ConsoleTransport == ConsoleTransport.Serial)
            draft.Add("-serial", $"chardev:{DeviceIds.Console}");
    }

    /// <summary>The monitor is an object since QEMU 11.1, and <c>-mon</c> before.</summary>
    private static void AddMonitor(PlanDraft draft, MachineSpec spec, string type, string mode, string chardev)
    {
        if (spec.Qemu.HasMonitorObjects)
            draft.Add("-object", new OptionText(type).With("id", $"{chardev}-{mode}").With("chardev", chardev));
        else
            draft.Add("-mon", OptionText.Pairs().With("chardev", chardev).With("mode", mode));
    }

    /// <summary>The console's device on the virtio transport, after its controller.</summary>
    public static void AddDevice(PlanDraft draft, MachineSpec spec)
    {
        if (spec.Console is not (ConsoleMode.Headless or ConsoleMode.Gui) && spec.ConsoleTransport == ConsoleTransport.Virtio)
        {
            draft.Add("-device", new OptionText("virtconsole")
                .With("bus", $"{DeviceIds.Serial}.0").With("chardev", DeviceIds.Console));
        }
    }
}
