using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The TPM: swtpm as a helper, and the device that forwards the guest's commands to it.</summary>
internal static class TpmArguments
{
    private const string Slot = "tpm";

    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        if (spec.Tpm is not { } tpm)
            return;
        draft.Helpers.Add(Swtpm(tpm));
        draft.Add("-chardev", new OptionText("socket")
            .With("id", DeviceIds.Tpm).With("fd", draft.Inherit(Slot, new SocketEnd(Slot))));
        draft.Add("-tpmdev", new OptionText("emulator").With("id", DeviceIds.Tpm).With("chardev", DeviceIds.Tpm));
        draft.Add("-device", new OptionText(tpm.Driver).With("tpmdev", DeviceIds.Tpm));
    }

    private static HelperPlan Swtpm(TpmSpec tpm)
    {
        var descriptors = new DescriptorTable();
        var control = descriptors.Add(Slot, new SocketEnd(Slot));
        // swtpm keeps the descriptor open; the kernel releases its lock when the last process that uses the state exits.
        descriptors.Add("tpm-state", new TpmStateDirectory(tpm.StateDirectory, tpm.Maker));
        return new HelperPlan
        {
            Purpose = $"the TPM, its state in {tpm.StateDirectory}",
            Program = tpm.Swtpm,
            Arguments =
            [
                "socket", "--tpm2", "--tpmstate", $"dir={tpm.StateDirectory}",
                "--ctrl", $"type=unixio,clientfd={control}", "--terminate",
            ],
            Descriptors = descriptors.All,
        };
    }
}
