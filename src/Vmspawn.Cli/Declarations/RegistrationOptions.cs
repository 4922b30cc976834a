using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for the registration with the host's systemd.</summary>
internal static class RegistrationOptions
{
    public static VmOption[] All() =>
    [
        Declare.Value(
            Topic.Registration,
            "--register",
            null,
            "BOOL|auto",
            "Register with systemd-machined",
            TristateText.Parse,
            (options, register) => With(options, options.Registration with { Register = register }),
            "auto",
            "yes",
            "no",
            "auto"),
        Declare.Flag(
            Topic.Registration,
            "--keep-unit",
            null,
            "Stay in vmspawn's unit, without a scope",
            options => With(options, options.Registration with { KeepUnit = true })),
        Declare.Value(
            Topic.Registration,
            "--slice",
            'S',
            "UNIT",
            "The slice of its scope unit",
            UnitText.Slice,
            (options, slice) => With(options, options.Registration with { Slice = slice }),
            "machine.slice"),
        Declare.Value(
            Topic.Registration,
            "--property",
            null,
            "NAME=VALUE",
            "A property of the scope, such as MemoryMax=4G",
            UnitText.Property,
            (options, property) => With(options, options.Registration with { Properties = [.. options.Registration.Properties, property] })),
    ];

    private static VmOptions With(VmOptions options, RegistrationRequest request) => options with { Registration = request };
}
