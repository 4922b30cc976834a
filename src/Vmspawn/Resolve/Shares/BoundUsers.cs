using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Shares;

namespace Vmspawn.Resolve;

/// <summary>Finds the users of the host that are added to the guest.</summary>
internal static class BoundUsers
{
    /// <summary>The id of the user "nobody".</summary>
    private const uint Nobody = 65534;

    /// <summary>Each user with its id in the guest; problems are added to <paramref name="problems"/>.</summary>
    public static async Task<IReadOnlyList<GuestUser>> ResolveAsync(
        BindUserRequests requests, Func<string, CancellationToken, Task<HostUser?>> find, List<Problem> problems, CancellationToken cancel)
    {
        var users = new List<GuestUser>();
        foreach (var name in requests.Names)
        {
            var subject = $"--bind-user={name}";
            var id = GuestUser.FirstId + (uint)users.Count;
            if (id > GuestUser.LastId)
                problems.Add(new Problem("bind-user-many", subject, $"at most {GuestUser.LastId - GuestUser.FirstId + 1} users can be bound"));
            else if (await FindAsync(subject, name, find, problems, cancel).ConfigureAwait(false) is { } user)
                users.Add(GuestUser.Of(user, id, requests));
        }

        return users;
    }

    private static async Task<HostUser?> FindAsync(
        string subject, string name, Func<string, CancellationToken, Task<HostUser?>> find, List<Problem> problems, CancellationToken cancel)
    {
        try
        {
            var user = await find(name, cancel).ConfigureAwait(false);
            if (user is null)
                problems.Add(new Problem("bind-user-unknown", subject, "this host has no such user"));
            else if (user.UserId is not (0 or Nobody))
                return user;
            else
                problems.Add(new Problem("bind-user-special", subject, "every guest has a user of its own in this one's place", "bind an ordinary user"));
        }
        catch (LinuxException error)
        {
            problems.Add(new Problem("bind-user-unknown", subject, $"this host's users cannot be looked up: {error.Message}"));
        }

        return null;
    }
}
