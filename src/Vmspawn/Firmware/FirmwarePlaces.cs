using Vmspawn.Qemu;

namespace Vmspawn.Firmware;

/// <summary>The directories that are searched for firmware.</summary>
/// <param name="Descriptors">Directories of descriptors, the most specific first.</param>
/// <param name="QemuData">QEMU's data directories.</param>
/// <param name="Root">The directory below which the distributions' places are, <c>/</c> for a host.</param>
internal sealed record FirmwarePlaces(
    IReadOnlyList<string> Descriptors, IReadOnlyList<string> QemuData, string Root = "/")
{

    /// <summary>The user's, the administrator's and the distribution's directories, then those of this QEMU.</summary>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="qemu">The binary, or null when there is none.</param>
    public static FirmwarePlaces Of(Func<string, string?> environment, QemuFacts? qemu)
    {
        var data = qemu?.DataDirectories ?? [];
        string[] directories =
        [
            .. Below("qemu/firmware", environment),
            // A QEMU from another prefix, such as /nix/store or /opt, has its own descriptors.
            .. data.Select(directory => Path.Combine(directory, "firmware")).Where(Directory.Exists),
        ];
        return new FirmwarePlaces([.. directories.Distinct()], data);
    }

    /// <summary>The user's, the administrator's and the distribution's directory of this name, the most specific first.</summary>
    public static IReadOnlyList<string> Below(string name, Func<string, string?> environment) =>
    [
        .. UserConfiguration(environment) is { } user ? [Path.Combine(user, name)] : Array.Empty<string>(),
        Path.Combine("/etc", name),
        Path.Combine("/usr/share", name),
    ];

    private static string? UserConfiguration(Func<string, string?> environment)
    {
        if (environment("XDG_CONFIG_HOME") is ['/', ..] configuration)
            return configuration;
        return environment("HOME") is ['/', ..] home ? Path.Combine(home, ".config") : null;
    }
}
