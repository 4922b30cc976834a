using System.Text.Json;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>Persistent EFI variables: locked while QEMU has them open, created from the template if they do not exist.</summary>
/// <param name="Path">Absolute path of their file.</param>
/// <param name="Template">Absolute path of their initial content.</param>
internal sealed record KeptNvram(string Path, string Template) : DescriptorSource
{
    internal override string Kind => "nvram";

    internal override string? Subject => Path;

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
        json.WriteString("template", Template);
    }
}

/// <summary>EFI variables that are discarded with the VM: an anonymous copy of the template.</summary>
/// <param name="Template">Absolute path of their initial content.</param>
internal sealed record ForgottenNvram(string Template) : DescriptorSource
{
    internal override string Kind => "nvram";

    internal override string? Subject => "a throw-away copy of the EFI variables' template";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNull("path");
        json.WriteString("template", Template);
    }
}

/// <summary>The directory of a TPM's state, locked while a process has it open; created if it does not exist.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Maker">The programs that create a TPM with certificates, or null for one that is discarded with the VM and needs none.</param>
internal sealed record TpmStateDirectory(string Path, TpmMaker? Maker) : DescriptorSource
{
    internal override string Kind => "tpm-state";

    internal override string? Subject => $"the TPM's state in {Path}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
    }
}

/// <summary>Bytes in a memory file, for secrets that must not appear on a command line.</summary>
/// <param name="Content">The bytes; never printed.</param>
internal sealed record MemoryBytes(ValueBytes Content) : DescriptorSource
{
    internal override string Kind => "memory";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("size", Content.Length);
    }
}
