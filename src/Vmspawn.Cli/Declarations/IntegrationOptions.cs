using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for communication between host and guest apart from the console.</summary>
internal static class IntegrationOptions
{
    public static VmOption[] All() =>
    [
        Declare.Value(
            Topic.Integration,
            "--vsock",
            null,
            "BOOL|auto|user",
            "Required, none, the kernel's or else vhost-device-vsock, the latter",
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
            "The guest's vsock context id",
            VsockText.ParseCid,
            (options, cid) => options with { Vsock = options.Vsock with { Cid = cid } },
            "from its name"),
        Declare.Value(
            Topic.Integration,
            "--pass-ssh-key",
            null,
            "BOOL",
            "A new SSH key that is authorized in the guest",
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
            SshKeyRequest.DefaultType),
        Declare.Value(
            Topic.Integration,
            "--notify-ready",
            null,
            "BOOL",
            "Notify the service manager when the guest is ready, not at once",
            BoolText.Parse,
            (options, wait) => options with { NotifyReady = wait },
            "yes",
            "yes",
            "no"),
        Declare.Choice(
            Topic.Integration,
            "--guest-channel",
            "auto|shell|agent|ssh|no",
            "How commands get into the guest: exec, cp, wait",
            "auto",
            OptionWords.GuestChannels,
            (options, channel) => options with { GuestChannel = channel }),
        Declare.Path(
            Topic.Integration,
            "--forward-journal",
            null,
            "FILE|DIR",
            "Store the guest's journal on the host",
            (options, path) => options with { Journal = options.Journal with { Path = path } }),
        Size("max-use", "Bytes that all of it may take", (journal, size) => journal with { MaxUse = size }),
        Size("keep-free", "Bytes to leave free beside it", (journal, size) => journal with { KeepFree = size }),
        Size("max-file-size", "Bytes of one file", (journal, size) => journal with { MaxFileSize = size }),
        Limit("max-files", "N", "Files to keep", text => CountText.Parse(text, 1, int.MaxValue), (journal, count) => journal with { MaxFiles = count }),
    ];

    private static VmOption Size(string limit, string description, Func<JournalRequest, long?, JournalRequest> set) =>
        Limit(limit, "BYTES", description, SizeText.Parse, set);

    // An empty value resets it to systemd-journal-remote's default.
    private static VmOption Limit<T>(
        string limit, string takes, string description, Func<string, Parsed<T>> parse, Func<JournalRequest, T?, JournalRequest> set)
        where T : struct => new($"--forward-journal-{limit}", takes)
        {
            Topic = Topic.Integration,
            Description = description,
            Set = (options, value, problems) =>
            {
                if (value.Length == 0)
                    return options with { Journal = set(options.Journal, null) };
                var parsed = parse(value);
                if (parsed.Mistake is null)
                    return options with { Journal = set(options.Journal, parsed.Value) };
                problems.Add(parsed.Mistake.About($"--forward-journal-{limit}={value}"));
                return options;
            },
        };
}
