using System.Text.Json;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>EFI variables that are kept: locked for as long as QEMU has them open, made from the template first when they are not there.</summary>
/// <param name="Path">Absolute path of the file that keeps them.</param>
/// <param name="Template">Absolute path of what they start from.</param>
public sealed record KeptNvram(string Path, string Template) : DescriptorSource
{
    internal override string Kind => "nvram";

    internal override string? Subject => Path;

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
        json.WriteString("template", Template);
    }
}

/// <summary>EFI variables that are forgotten with the VM: an anonymous copy of the template.</summary>
/// <param name="Template">Absolute path of what they start from.</param>
public sealed record ForgottenNvram(string Template) : DescriptorSource
{
    internal override string Kind => "nvram";

    internal override string? Subject => "a throw-away copy of the EFI variables' template";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNull("path");
        json.WriteString("template", Template);
    }
}

/// <summary>The directory of a TPM's state, locked for as long as somebody has it open; made first when it is not there.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Maker">What makes a TPM with certificates, or null for one that is forgotten with the VM and needs none.</param>
public sealed record TpmStateDirectory(string Path, TpmMaker? Maker) : DescriptorSource
{
    internal override string Kind => "tpm-state";

    internal override string? Subject => $"the TPM's state in {Path}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
    }
}

/// <summary>Bytes kept in memory, for secrets that no command line may show.</summary>
/// <param name="Content">The bytes; never printed.</param>
public sealed record MemoryBytes(ValueBytes Content) : DescriptorSource
{
    internal override string Kind => "memory";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("size", Content.Length);
    }
}
