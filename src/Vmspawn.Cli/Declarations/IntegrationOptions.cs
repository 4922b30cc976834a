using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>How host and guest speak to each other beside the console.</summary>
internal static class IntegrationOptions
{
    public static VmOption[] All() =>
    [
        Declare.Value(
            Topic.Integration,
            "--vsock",
            null,
            "BOOL|auto|user",
            "Insist, none, the kernel's or else a program's, the program's",
            VsockText.ParseMode,
            (options, mode) => options with { Vsock = options.Vsock with { Mode = mode } },
            "auto",
            "yes",
            "no",
            "auto",
            "user").OnceCalled("--qemu-vsock"),
        Declare.Value(
            Topic.Integration,
            "--vsock-cid",
            null,
            "CID",
            "The guest's number for vsock",
            VsockText.ParseCid,
            (options, cid) => options with { Vsock = options.Vsock with { Cid = cid } },
            "from its name"),
        Declare.Value(
            Topic.Integration,
            "--pass-ssh-key",
            null,
            "BOOL",
            "A fresh SSH key that logs in to the guest",
            BoolText.Parse,
            (options, pass) => options with { SshKey = options.SshKey with { Pass = pass } },
            "where it can",
            "yes",
            "no"),
        Declare.Value(
            Topic.Integration,
            "--ssh-key-type",
            null,
            "TYPE",
            "Its type, as for ssh-keygen",
            SshKeyTypeText.Parse,
            (options, type) => options with { SshKey = options.SshKey with { Type = type } },
            SshKeyWish.DefaultType),
        Declare.Value(
            Topic.Integration,
            "--notify-ready",
            null,
            "BOOL",
            "Tell our service manager when the guest is ready, not at once",
            BoolText.Parse,
            (options, wait) => options with { NotifyReady = wait },
            "yes",
            "yes",
            "no"),
    ];
}
