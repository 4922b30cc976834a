using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>How the host's systemd gets to know the machine.</summary>
internal static class RegistrationOptions
{
    public static VmOption[] All() =>
    [
        Declare.Value(
            Topic.Registration,
            "--register",
            null,
            "BOOL|auto",
            "Make it known to systemd-machined",
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
            "Stay in our unit, without a scope of its own",
            options => With(options, options.Registration with { KeepUnit = true })),
    ];

    private static VmOptions With(VmOptions options, RegistrationWish wish) => options with { Registration = wish };
}
