using Vmspawn.Host;
using Vmspawn.Options;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The object of the confidential computing technology.</summary>
internal static class ConfidentialArguments
{
    // The vsock address of Intel's Quote Generation Service when it has no UNIX socket: the host.
    private const string HostCid = "2";
    private const string QuotePort = "4050";

    /// <summary>Uses a split irqchip, because the kernel cannot emulate the IOAPIC of a guest whose state is encrypted.</summary>
    public static OptionText Accelerator(OptionText accelerator, ConfidentialSpec? confidential) =>
        accelerator.WithIf(confidential is not null, "kernel-irqchip", "split");

    public static void Add(PlanDraft draft, ConfidentialSpec? confidential)
    {
        if (confidential is null)
            return;
        if (confidential.Technique.Kind == ConfidentialGuest.Tdx)
            draft.Add("-object", Tdx(confidential));
        else
            draft.Add("-object", SevSnp(confidential));
    }

    // kernel-hashes: such a guest always has a kernel; the firmware checks its hashes, which are part of the measurement. The C-bit takes one physical address bit.
    private static OptionText SevSnp(ConfidentialSpec confidential) => new OptionText(confidential.Technique.ObjectType)
        .With("id", DeviceIds.Confidential)
        .With("cbitpos", confidential.EncryptionBit)
        .With("reduced-phys-bits", 1)
        .With("kernel-hashes", true);

    // JSON, because QEMU accepts the members of the address in no other syntax (tested with 11.1).
    private static string Tdx(ConfidentialSpec confidential) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("qom-type", confidential.Technique.ObjectType);
        json.WriteString("id", DeviceIds.Confidential);
        json.WriteStartObject("quote-generation-socket");
        if (confidential.QuoteSocket is { } path)
        {
            json.WriteString("type", "unix");
            json.WriteString("path", path);
        }
        else
        {
            json.WriteString("type", "vsock");
            json.WriteString("cid", HostCid);
            json.WriteString("port", QuotePort);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    });
}
