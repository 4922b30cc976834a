using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vmspawn.Options;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The object that keeps the host from reading the guest.</summary>
internal static class ConfidentialArguments
{
    // Where Intel's Quote Generation Service listens when it has no socket in the file system: the host itself.
    private const string HostCid = "2";
    private const string QuotePort = "4050";

    /// <summary>Part of the interrupt controllers stays in QEMU: the kernel emulates none that it could not see into.</summary>
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

    // There is always a kernel, whose hashes the firmware checks and the processor signs. One physical address bit is what the guest loses.
    private static OptionText SevSnp(ConfidentialSpec confidential) => new OptionText(confidential.Technique.ObjectType)
        .With("id", DeviceIds.Confidential)
        .With("cbitpos", confidential.EncryptionBit)
        .With("reduced-phys-bits", 1)
        .With("kernel-hashes", true);

    // JSON, since QEMU takes the members of the address in no other form (seen of 11.1).
    private static string Tdx(ConfidentialSpec confidential)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
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
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
