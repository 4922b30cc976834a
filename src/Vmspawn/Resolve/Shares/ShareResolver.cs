using Vmspawn.Options;
using Vmspawn.Shares;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The shared directories: the tree that the guest boots from first, then the named ones.</summary>
internal sealed class ShareResolver(
    VmOptions options, HostInventory inventory, string? tmpdir, Func<ulong> random, List<Problem> problems, List<string> notices)
{
    /// <summary>The tag that the kernel's command line uses for the root.</summary>
    private const string RootTag = "root";

    /// <param name="machine">The machine's name.</param>
    /// <param name="credentials">Receive the credentials for the guest's systemd.</param>
    /// <param name="cancel">Cancels the queries to programs and services.</param>
    public async Task<IReadOnlyList<ShareSpec>> ResolveAsync(string machine, CredentialSet credentials, CancellationToken cancel)
    {
        if (options.Shares.PrivateUsers is not null && options.Directory is null)
            notices.Add("--private-users= only changes how a directory is booted, and there is none");
        var users = await BoundUsers.ResolveAsync(options.Shares.Users, inventory.FindUser, problems, cancel).ConfigureAwait(false);
        if (options.Directory is null && options.Shares.Binds.Count == 0 && users.Count == 0)
            return [];
        var servers = new ShareServers(inventory, await inventory.Virtiofsd(cancel).ConfigureAwait(false), problems, notices);
        var shares = new List<ShareSpec?>();
        if (options.Directory is { } tree)
            shares.Add(await RootAsync(tree, machine, servers, cancel).ConfigureAwait(false));
        shares.AddRange(options.Shares.Binds.Select((bind, i) => Bound(bind, i, servers)));
        foreach (var user in users)
        {
            if (Home(user, options.Shares.Binds.Count + (int)(user.Id - GuestUser.FirstId), servers) is not { } home)
                continue;
            shares.Add(home);
            // Where ids cannot be mapped the guest's user has the host's.
            (home.Ids is null ? user with { Id = user.Host.UserId } : user).AddTo(credentials);
        }

        ShareSpec[] all = [.. shares.OfType<ShareSpec>()];
        ShareMounts.Append(credentials, all);
        return all;
    }

    private async Task<ShareSpec?> RootAsync(string tree, string machine, ShareServers servers, CancellationToken cancel)
    {
        var subject = $"--directory={tree}";
        if (SharedDirectory.Look(subject, tree, problems) is not { } directory)
            return null;
        var ids = Ids(directory);
        if (servers.For(subject, directory.Path, readOnly: false, ids, isRequired: options.Shares.PrivateUsers is not null) is not { } server)
            return null;
        var snapshot = options.Ephemeral
            ? await new SnapshotResolver(inventory, tmpdir, random, problems, notices).ResolveAsync(subject, machine, directory.Path, server, cancel).ConfigureAwait(false)
            : null;
        return new ShareSpec
        {
            Id = DeviceIds.RootDrive,
            Tag = RootTag,
            Source = directory.Path,
            Target = "/",
            HasSystemd = File.Exists(Path.Combine(directory.Path, "usr/lib/systemd/systemd")),
            // In vmspawn's user namespace the tree's owner is root already.
            Ids = server.MapsIds && snapshot is not { Kind: SnapshotKind.UserOverlay } ? ids : null,
            Snapshot = snapshot,
            Server = server,
        };
    }

    /// <summary>Root in the guest is the tree's owner: nothing to map where that is root too.</summary>
    private IdMap? Ids(SharedDirectory directory)
    {
        if (options.Shares.PrivateUsers is { } range)
            return new IdMap(0, range.First, range.First, range.Count);
        return directory is { User: 0, Group: 0 } ? null : new IdMap(0, directory.User, directory.Group, IdRange.DefaultCount);
    }

    private ShareSpec? Bound(BindMount bind, int index, ShareServers servers)
    {
        var subject = $"{(bind.ReadOnly ? "--bind-ro" : "--bind")}={bind.Source}";
        if (SharedDirectory.Look(subject, bind.Source, problems) is not { } directory)
            return null;
        return servers.For(subject, directory.Path, bind.ReadOnly, ids: null, isRequired: false) is not { } server ? null : new ShareSpec
        {
            Id = DeviceIds.Share(index),
            Tag = $"mnt{index}",
            Source = directory.Path,
            Target = bind.Target ?? directory.Name,
            ReadOnly = bind.ReadOnly,
            Server = server,
        };
    }

    private ShareSpec? Home(GuestUser user, int index, ShareServers servers)
    {
        var subject = $"--bind-user={user.Host.Name}";
        if (SharedDirectory.Look(subject, user.Host.Home, problems) is not { } directory)
            return null;
        var ids = new IdMap(user.Id, user.Host.UserId, user.Host.GroupId, 1);
        return servers.For(subject, directory.Path, readOnly: false, ids, isRequired: false) is not { } server ? null : new ShareSpec
        {
            Id = DeviceIds.Share(index),
            Tag = $"mnt{index}",
            Source = directory.Path,
            Target = user.Home,
            Ids = server.MapsIds ? ids : null,
            Server = server,
        };
    }
}
