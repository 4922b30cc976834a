using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>What of the host's directories and users the guest sees.</summary>
internal static class ShareOptions
{
    public static VmOption[] All() =>
    [
        Bind("--bind", "Share a directory; repeatable", readOnly: false),
        Bind("--bind-ro", "The same, and the guest cannot write", readOnly: true),
        Declare.Value(
            Topic.Mounts,
            "--private-users",
            null,
            "UIDBASE[:NUIDS]",
            "Which ids of the host those in -D's tree are",
            PrivateUsersText.Parse,
            (options, range) => options with { Shares = options.Shares with { PrivateUsers = range } },
            "its owner's"),
    ];

    // An empty one takes back what was said before.
    private static VmOption Bind(string name, string description, bool readOnly) => Declare.Value(
        Topic.Mounts,
        name,
        null,
        "SOURCE[:TARGET]",
        description,
        text => BindText.Parse(text, readOnly),
        (options, bind) => options with { Shares = options.Shares with { Binds = bind is null ? [] : [.. options.Shares.Binds, bind] } });
}
