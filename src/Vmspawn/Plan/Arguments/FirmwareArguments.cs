using Vmspawn.Firmware;
using Vmspawn.Options;
using Vmspawn.Qemu;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>UEFI firmware: flash chips for code and variables, or firmware loaded into memory.</summary>
internal static class FirmwareArguments
{
    private const string Code = "vmspawn-firmware";
    private const string Variables = "vmspawn-nvram";

    /// <summary>The machine type's properties: System Management Mode, and the block nodes of the flash chips.</summary>
    public static OptionText Properties(OptionText machine, MachineSpec spec) => (spec.Platform == Platform.X86 ? machine.With("smm", spec.Firmware is { NeedsSmm: true }) : machine)
        .WithIf(spec.Firmware?.Mapping is SplitFlash or StatelessFlash, "pflash0", Code)
        .WithIf(spec.Firmware?.Nvram is not null, spec.Firmware?.Mapping is CombinedFlash ? "pflash0" : "pflash1", Variables);

    public static void Add(PlanDraft draft, FirmwareSpec? firmware)
    {
        switch (firmware?.Mapping)
        {
            case null:
                return;
            case SplitFlash flash:
                AddCode(draft, flash.Executable);
                break;
            case StatelessFlash flash:
                AddCode(draft, flash.Executable);
                break;
            case CombinedFlash:
                // The only chip is added with the variables.
                break;
            case MemoryMapping memory:
                draft.Add("-bios", draft.InheritedPath(Code, new OpenedFile(memory.Path, ReadOnly: true)));
                break;
            default:
                throw new ArgumentException($"Firmware that cannot be started was chosen: {firmware.Origin}", nameof(firmware));
        }

        if (firmware.Nvram is { } nvram)
            AddVariables(draft, nvram);
        if (firmware.ProtectsVariables)
            draft.Add("-global", OptionText.Pairs().With("driver", "cfi.pflash01").With("property", "secure").With("value", true));
    }

    private static void AddCode(PlanDraft draft, FirmwareFile file) =>
        Add(draft, Code, file.Format, new OpenedFile(file.Path, ReadOnly: true), readOnly: true);

    private static void AddVariables(PlanDraft draft, NvramSpec nvram)
    {
        if (nvram.State is { } state)
            Add(draft, Variables, state.Format, new KeptNvram(state.Path, nvram.Template.Path), readOnly: false);
        else
            Add(draft, Variables, nvram.Template.Format, new ForgottenNvram(nvram.Template.Path), readOnly: false);
    }

    private static void Add(PlanDraft draft, string name, ImageFormat format, DescriptorSource source, bool readOnly)
    {
        var isQcow2 = format == ImageFormat.Qcow2;
        draft.Add("-blockdev", new BlockNode
        {
            Driver = isQcow2 ? "qcow2" : "raw",
            NodeName = name,
            ReadOnly = readOnly,
            NoBacking = isQcow2,
            File = new BlockNode
            {
                Driver = "file",
                NodeName = $"{name}-file",
                FileName = draft.SetPath(name, source),
                ReadOnly = readOnly,
            },
        }.ToString());
    }
}
