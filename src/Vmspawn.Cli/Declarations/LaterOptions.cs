namespace Vmspawn.Cli.Declarations;

/// <summary>What systemd-vmspawn has and we have not yet: nothing of it is ever ignored.</summary>
internal static class LaterOptions
{
    public static VmOption[] All() => [.. Switches(), .. Others()];

    // Asking for nothing, or leaving the choice to us, is granted already.
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
