using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for shared host directories and users.</summary>
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
            "Map the ids in -D's tree to these of the host",
            PrivateUsersText.Parse,
            (options, range) => options with { Shares = options.Shares with { PrivateUsers = range } },
            "its owner's"),
        Users("--bind-user", "NAME", "Share a user and its home; repeatable", (users, name) =>
            users with { Names = name is null ? [] : [.. users.Names.Where(other => other != name), name] }),
        Declare.Value(
            Topic.Mounts,
            "--bind-user-shell",
            null,
            "BOOL|PATH",
            "Their shell: the host's, or this one",
            BindUserShellText.Parse,
            (options, set) => options with { Shares = options.Shares with { Users = set(options.Shares.Users) } },
            "no",
            "yes",
            "no"),
        Users("--bind-user-group", "GROUP", "A group that they are in; repeatable", (users, group) =>
            users with { Groups = group is null ? [] : [.. users.Groups.Where(other => other != group), group] }),
    ];

    private static VmOption Users(string name, string takes, string description, Func<BindUserRequests, string?, BindUserRequests> set) => Declare.Value(
        Topic.Mounts,
        name,
        null,
        takes,
        description,
        UserNameText.Parse,
        (options, value) => options with { Shares = options.Shares with { Users = set(options.Shares.Users, value) } });

    // An empty value resets the option.
    private static VmOption Bind(string name, string description, bool readOnly) => Declare.Value(
        Topic.Mounts,
        name,
        null,
        "SOURCE[:TARGET]",
        description,
        text => BindText.Parse(text, readOnly),
        (options, bind) => options with { Shares = options.Shares with { Binds = bind is null ? [] : [.. options.Shares.Binds, bind] } });
}
