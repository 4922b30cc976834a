using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Shares;

/// <summary>Looks up host users: by systemd's user database if it runs, because it covers most sources, else by the C library.</summary>
/// <param name="socket">Path of the database's socket.</param>
internal sealed class UserDatabase(string socket = UserDatabase.Multiplexer)
{
    private const string Multiplexer = "/run/systemd/userdb/io.systemd.Multiplexer";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    /// <summary>The user; null when there is none.</summary>
    /// <exception cref="LinuxException">The lookup failed.</exception>
    public async Task<HostUser?> FindAsync(string name, CancellationToken cancel)
    {
        if (File.Exists(socket))
        {
            try
            {
                return await AskAsync(name, cancel).ConfigureAwait(false);
            }
            catch (Exception error) when (error is LinuxException or VarlinkDisconnectedException or VarlinkErrorException or TimeoutException)
            {
                // Fall back to the C library, which reads at least /etc/passwd.
            }
        }

        return UserEntry.Find(name) is not { } user ? null : new HostUser
        {
            Name = user.Name,
            UserId = user.UserId,
            GroupId = user.GroupId,
            Home = user.Home,
            Shell = user.Shell.Length == 0 ? null : user.Shell,
            HashedPasswords = user.HashedPassword is { } hashed ? [hashed] : [],
        };
    }

    private async Task<HostUser?> AskAsync(string name, CancellationToken cancel)
    {
        var client = await VarlinkClient.ConnectAsync(socket, new VarlinkClientOptions { CallTime = Bound }, cancel).ConfigureAwait(false);
        await using var clientDisposal = client.ConfigureAwait(false);
        try
        {
            using var reply = await client.CallAsync("io.systemd.UserDatabase.GetUserRecord", writer =>
            {
                writer.WriteString("userName"u8, name);
                writer.WriteString("service"u8, "io.systemd.Multiplexer"u8);
            }, cancellationToken: cancel).ConfigureAwait(false);
            return reply.Parameters.TryGetProperty("record"u8, out var record) ? Read(name, record) : null;
        }
        catch (VarlinkErrorException error) when (error.Name == "io.systemd.UserDatabase.NoRecordFound")
        {
            return null;
        }
    }

    /// <summary>Parses a record (systemd's JSON user records); null without user and group id.</summary>
    internal static HostUser? Read(string name, JsonElement record)
    {
        if (Id(record, "uid") is not { } uid || record.Text("homeDirectory") is not { } home)
            return null;
        var privileged = record.TryGetProperty("privileged", out var secret) ? secret : default;
        return new HostUser
        {
            Name = name,
            UserId = uid,
            GroupId = Id(record, "gid") ?? uid,
            Home = home,
            Shell = record.Text("shell"),
            Disposition = record.Text("disposition"),
            HashedPasswords = [.. privileged.Texts("hashedPassword")],
            SshKeys = [.. privileged.Texts("sshAuthorizedKeys")],
        };
    }

    private static uint? Id(JsonElement record, string name) =>
        record.Number(name) is >= 0 and <= uint.MaxValue and var number ? (uint)number : null;
}

/// <summary>A host user, with the fields that are passed to the guest.</summary>
internal sealed record HostUser
{
    public required string Name { get; init; }
    public required uint UserId { get; init; }
    public required uint GroupId { get; init; }
    public required string Home { get; init; }

    /// <summary>Login shell, or null when unknown.</summary>
    public string? Shell { get; init; }

    /// <summary>The disposition, by systemd's name; null when unknown.</summary>
    public string? Disposition { get; init; }

    /// <summary>The hashed passwords; secret.</summary>
    public IReadOnlyList<string> HashedPasswords { get; init; } = [];

    public IReadOnlyList<string> SshKeys { get; init; } = [];
}
