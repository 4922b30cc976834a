using System.Runtime.InteropServices;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The board: machine type, accelerator, processors, memory, and the devices that every machine has.</summary>
internal static class MachineArguments
{
    private const string GenerationId = "vmgenid";

    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        draft.Add("-name", new OptionText(spec.Name));
        draft.Add("-machine", Board(spec));
        draft.Add("-accel", Accelerator(draft, spec));
        draft.Add("-cpu", spec.Confidential?.Technique.CpuModel ?? spec.Platform.CpuModel(spec.Accelerator.Name, spec.Qemu.Version));
        draft.Add("-smp", spec.Cpus.Smp);
        draft.Add("-m", Memory(spec));
        if (spec.HasVhostUser)
            draft.Add("-object", new OptionText("memory-backend-memfd").With("id", DeviceIds.Memory).With("size", Size(spec)).With("share", true));
        draft.Arguments.AddRange(["-nodefaults", "-no-user-config"]);
        GraphicsArguments.AddScreen(draft, spec.Graphics);
        if (spec.Sandbox)
            draft.Add("-sandbox", Sandbox(spec.Graphics));
        if (spec.Uuid is { } uuid)
            draft.Add("-uuid", uuid.ToString("D"));
        ConfidentialArguments.Add(draft, spec.Confidential);
        // A new id in each run tells a guest that it was restored from a snapshot, so that it reseeds its random numbers. A confidential
        // guest cannot be restored, and would not trust the host's id.
        if (spec.Confidential is null && spec.Qemu.HasDriver(GenerationId) && spec.Extra.Devices.All(device => device.Driver != GenerationId))
            draft.Add("-device", new OptionText(GenerationId).With("guid", "auto"));
    }

    public static void AddDevices(PlanDraft draft, MachineSpec spec)
    {
        draft.Add("-object", "rng-builtin,id=vmspawn-rng-source");
        draft.AddPciDevice("virtio-rng-pci", DeviceIds.Rng, text => text.With("rng", "vmspawn-rng-source"));
        if (spec.Confidential is null)
            draft.AddPciDevice("virtio-balloon-pci", DeviceIds.Balloon, text => text.With("free-page-reporting", true));
        draft.AddPciDevice("virtio-serial-pci", DeviceIds.Serial);
        GraphicsArguments.AddDevices(draft, spec.Graphics);
    }

    // The libraries of a window start programs (Mesa, D-Bus).
    private static OptionText Sandbox(GraphicsSpec? graphics) => new OptionText("on")
        .With("obsolete", "deny").With("elevateprivileges", "deny").WithIf(graphics?.Screen is null or VncScreen, "spawn", "deny").With("resourcecontrol", "deny");

    private static OptionText Accelerator(PlanDraft draft, MachineSpec spec)
    {
        var text = ConfidentialArguments.Accelerator(new OptionText(spec.Accelerator.Name), spec.Confidential);
        return spec.Accelerator.IsPassed ? text.With("device", draft.SetPath("kvm", new PassedKvm())) : text;
    }

    private static OptionText Board(MachineSpec spec)
    {
        var machine = FirmwareArguments.Properties(new OptionText(spec.Platform.Board.Name), spec)
            .WithIf(spec.HasVhostUser, "memory-backend", DeviceIds.Memory)
            .WithIf(spec.Confidential is not null, "confidential-guest-support", DeviceIds.Confidential);
        return spec.Platform.Architecture switch
        {
            Architecture.X64 => Pc(machine.With("vmport", false), spec.Accelerator.Name),
            // The default, version 2, supports at most eight CPUs.
            Architecture.Arm64 => machine.With("gic-version", "max"),
            _ => machine,
        };
    }

    // With KVM the guest uses kvm-clock, and the HPET would only cause wake-ups; without KVM, Linux needs the HPET to calibrate the TSC, and it
    // costs nothing: an idle emulated guest took 0.18 s of CPU time a minute with it and 0.19 s without.
    private static OptionText Pc(OptionText machine, string accelerator) =>
        accelerator == "kvm" ? machine.With("hpet", false) : machine;

    private static OptionText Memory(MachineSpec spec)
    {
        var text = OptionText.Pairs().With("size", Size(spec));
        return spec.Ram.Max is { } max
            ? text.With("slots", spec.Ram.Slots).With("maxmem", $"{max >> 20}M")
            : text;
    }

    private static string Size(MachineSpec spec) => $"{spec.Ram.Size >> 20}M";
}
