using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for help, output, scope and the machine's identity.</summary>
internal static class GeneralOptions
{
    /// <summary>The name of <c>--help</c>, which ends the parse.</summary>
    public const string Help = "--help";

    /// <summary>The name of <c>--version</c>, which ends the parse.</summary>
    public const string Version = "--version";

    public static VmOption[] All() =>
    [
        Declare.Flag(Topic.General, Help, 'h', "Show this help", options => options),
        Declare.Flag(Topic.General, Version, null, "Show the version", options => options),
        Declare.Flag(Topic.General, "--quiet", 'q', "Print errors only", options => options with { Quiet = true }),
        Declare.Flag(Topic.General, "--system", null, "Keep runtime files in /run (for root)", options => options with { Scope = RuntimeScope.System }),
        Declare.Flag(Topic.General, "--user", null, "Keep them in $XDG_RUNTIME_DIR (for others)", options => options with { Scope = RuntimeScope.User }),
        Declare.Value(
            Topic.General,
            "--machine",
            'M',
            "NAME",
            "The machine's host name",
            text => text.Length == 0 ? (string?)null : Widen(MachineNameText.Parse(text)),
            (options, name) => options with { Machine = name },
            "the image's name"),
        Declare.Value(Topic.General, "--uuid", null, "UUID", "The machine's UUID", UuidText.Parse, (options, uuid) => options with { Uuid = uuid }, "none"),
        Declare.Granted(Topic.General, "--no-pager", "Accepted: nothing is paged"),
        Declare.Granted(Topic.General, "--no-ask-password", "Accepted: no password is ever asked for"),
    ];

    private static Parsed<string?> Widen(Parsed<string> name) => name.Mistake is { } mistake ? mistake : name.Value;
}
