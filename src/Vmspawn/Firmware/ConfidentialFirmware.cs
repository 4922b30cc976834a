using Vmspawn.Options;

namespace Vmspawn.Firmware;

/// <summary>Firmware for confidential guests: it is loaded into memory and measured, without flash chips.</summary>
internal static class ConfidentialFirmware
{
    /// <summary>Why firmware cannot be used for a confidential guest; null when it can.</summary>
    public static string? WhyNot(FirmwareDescriptor descriptor) => descriptor switch
    {
        { Mapping.Variables: not null } => "it keeps EFI variables, and such a guest's firmware is all measured",
        { Mapping: StatelessFlash { Executable.Format: not ImageFormat.Raw } } => "it is no raw image, which alone can be measured",
        _ when descriptor.Features.Contains("requires-smm") => "it runs in System Management Mode, which such a guest has not",
        _ => null,
    };

    /// <summary>The mapping that loads the same firmware into memory.</summary>
    public static MemoryMapping InMemory(FirmwareMapping mapping) => mapping switch
    {
        MemoryMapping memory => memory,
        StatelessFlash flash => new MemoryMapping(flash.Executable.Path),
        _ => throw new ArgumentException("Firmware that cannot be measured was chosen.", nameof(mapping)),
    };
}
