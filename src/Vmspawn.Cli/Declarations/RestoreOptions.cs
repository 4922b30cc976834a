using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options about continuing a snapshot.</summary>
internal static class RestoreOptions
{
    private const string Restore = "--restore";

    public static VmOption[] All() =>
    [
        Declare.Path(
            Topic.Boot,
            Restore,
            null,
            "NAME|PATH",
            "Continue a snapshot (vmspawn freeze) instead of booting",
            (options, path) => options with { Restore = path is null ? null : (options.Restore ?? new RestoreRequest("")) with { Directory = path } }),
        Declare.Choice(
            Topic.Boot,
            "--restore-clock",
            "BOOL",
            "Set the guest's clock then",
            "yes",
            [("yes", true), ("no", false)],
            (options, value) => options with { Restore = (options.Restore ?? new RestoreRequest("")) with { SetClock = value } }),
        Declare.Choice(
            Topic.Boot,
            "--restore-identity",
            "keep|new",
            "Give it a host name, machine id, SSH host keys and network addresses of its own",
            "keep",
            [("keep", false), ("new", true)],
            (options, value) => options with { Restore = (options.Restore ?? new RestoreRequest("")) with { NewIdentity = value } }),
    ];
}
