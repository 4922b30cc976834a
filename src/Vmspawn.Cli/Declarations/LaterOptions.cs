namespace Vmspawn.Cli.Declarations;

/// <summary>Options of systemd-vmspawn that are not implemented: they are refused, never ignored.</summary>
internal static class LaterOptions
{
    public static VmOption[] All() => [.. Switches(), .. Others()];

    // Values that request nothing, or leave the choice to vmspawn, are accepted.
    private static VmOption[] Switches() =>
    [
        Declare.Granted(Topic.General, "--no-pager", "Accepted: nothing is paged"),
        Declare.Granted(Topic.General, "--no-ask-password", "Accepted: no password is ever asked for"),
    ];

    private static VmOption[] Others() =>
    [
        Declare.Later(Topic.Console, "--qemu-gui", null, "a graphical console is", hint: "use --console=interactive").OnceCalled("--gui"),
    ];
}
