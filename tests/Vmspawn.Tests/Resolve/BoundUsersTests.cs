using System.Text.Json;
using Vmspawn.Options;
using Vmspawn.Resolve;
using Vmspawn.Shares;
using Vmspawn.Spec;

namespace Vmspawn.Tests.Resolve;

public class BoundUsersTests
{
    private static readonly HostUser Ann = new()
    {
        Name = "ann",
        UserId = 1000,
        GroupId = 100,
        Home = "/home/ann",
        Shell = "/bin/zsh",
        Disposition = "regular",
        HashedPasswords = ["$y$x"],
        SshKeys = ["ssh-ed25519 AAAA"],
    };

    private static Dictionary<string, string> Tell(BindUserRequests requests)
    {
        var credentials = new CredentialSet();
        GuestUser.Of(Ann, 60514, requests).AddTo(credentials);
        return credentials.All.ToDictionary(credential => credential.Id, credential => System.Text.Encoding.UTF8.GetString(credential.Value.Span));
    }

    [Fact]
    public void A_user_record_has_the_number_home_and_keys_for_the_guest()
    {
        var records = Tell(new BindUserRequests { Groups = ["wheel"], CopiesShell = true });
        Assert.Equal(
            """{"userName":"ann","uid":60514,"gid":60514,"disposition":"regular","homeDirectory":"/run/vmhost/home/ann","service":"io.systemd.NSpawn","shell":"/bin/zsh","memberOf":["wheel"],"privileged":{"hashedPassword":["$y$x"],"sshAuthorizedKeys":["ssh-ed25519 AAAA"]}}""" + "\n",
            records["userdb.transient.user.ann"]);
        Assert.Equal("""{"groupName":"ann","gid":60514,"disposition":"regular","service":"io.systemd.NSpawn"}""" + "\n", records["userdb.transient.group.ann"]);
        Assert.DoesNotContain("shell", Tell(new BindUserRequests())["userdb.transient.user.ann"], StringComparison.Ordinal);
        Assert.Contains("\"shell\":\"/bin/sh\"", Tell(new BindUserRequests { Shell = "/bin/sh" })["userdb.transient.user.ann"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_are_given_in_order_and_users_that_every_guest_has_are_refused()
    {
        var problems = new List<Problem>();
        var users = await BoundUsers.ResolveAsync(
            new BindUserRequests { Names = ["ann", "root", "bob", "nobody", "ghost"] }, (name, _) => Task.FromResult(Find(name)), problems, CancellationToken.None);
        Assert.Equal([60514u, 60515u], users.Select(user => user.Id));
        Assert.Equal(["bind-user-special", "bind-user-special", "bind-user-unknown"], problems.Select(problem => problem.Code));

        static HostUser? Find(string name) => name == "ghost" ? null : Ann with { Name = name, UserId = name switch { "root" => 0, "nobody" => 65534, _ => 1000 } };
    }

    [Fact]
    public void A_record_of_the_user_database_is_read_and_one_without_a_home_is_none()
    {
        using var record = JsonDocument.Parse("""{"userName":"ann","uid":1000,"gid":100,"homeDirectory":"/home/ann","shell":"/bin/zsh","disposition":"regular","privileged":{"hashedPassword":["$y$x"],"sshAuthorizedKeys":["ssh-ed25519 AAAA"]}}""");
        Assert.Equivalent(Ann, UserDatabase.Read("ann", record.RootElement), strict: true);
        using var bare = JsonDocument.Parse("""{"uid":1000}""");
        Assert.Null(UserDatabase.Read("ann", bare.RootElement));
    }

    [Fact]
    public async Task Without_the_user_database_the_C_library_is_used()
    {
        var database = new UserDatabase("/nonexistent");
        var daemon = await database.FindAsync("daemon", CancellationToken.None);
        Assert.Equal((1u, 1u, "/usr/sbin"), (daemon!.UserId, daemon.GroupId, daemon.Home));
        Assert.Null(await database.FindAsync("no-such-user", CancellationToken.None));
    }
}
