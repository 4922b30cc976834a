using System.Text.Json;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Shares;

/// <summary>A host user in the guest, defined for the guest's systemd-userdbd(8) by credentials.</summary>
/// <param name="Host">The user on the host.</param>
/// <param name="Id">Its user id in the guest, and the id of its group.</param>
/// <param name="Shell">Login shell, or null for the guest's default.</param>
/// <param name="Groups">Guest groups that it is a member of.</param>
internal sealed record GuestUser(HostUser Host, uint Id, string? Shell, IReadOnlyList<string> Groups)
{
    /// <summary>The id range that systemd reserves for users mapped from a host (its UIDS-GIDS document).</summary>
    public const uint FirstId = 60514, LastId = 60577;

    /// <summary>The home directory in the guest.</summary>
    public string Home => $"/run/vmhost/home/{Host.Name}";

    /// <summary>The guest's user for a host user.</summary>
    /// <param name="host">The host user.</param>
    /// <param name="id">Its id in the guest.</param>
    /// <param name="requests">Its shell and groups.</param>
    public static GuestUser Of(HostUser host, uint id, BindUserRequests requests) =>
        new(host, id, requests.CopiesShell ? host.Shell : requests.Shell, requests.Groups);

    /// <summary>Adds the records of the user and of its group.</summary>
    public void AddTo(CredentialSet credentials)
    {
        credentials.Set($"userdb.transient.user.{Host.Name}", Json(WriteUser), isPublic: true);
        credentials.Set($"userdb.transient.group.{Host.Name}", Json(WriteGroup), isPublic: true);
    }

    private void WriteUser(Utf8JsonWriter json)
    {
        json.WriteString("userName", Host.Name);
        json.WriteNumber("uid", Id);
        json.WriteNumber("gid", Id);
        if (Host.Disposition is { } disposition)
            json.WriteString("disposition", disposition);
        json.WriteString("homeDirectory", Home);
        json.WriteString("service", "io.systemd.NSpawn");
        if (Shell is { Length: > 0 } shell)
            json.WriteString("shell", shell);
        Strings(json, "memberOf", Groups);
        json.WriteStartObject("privileged");
        Strings(json, "hashedPassword", Host.HashedPasswords);
        Strings(json, "sshAuthorizedKeys", Host.SshKeys);
        json.WriteEndObject();
    }

    private void WriteGroup(Utf8JsonWriter json)
    {
        json.WriteString("groupName", Host.Name);
        json.WriteNumber("gid", Id);
        if (Host.Disposition is { } disposition)
            json.WriteString("disposition", disposition);
        json.WriteString("service", "io.systemd.NSpawn");
    }

    private static void Strings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return [.. buffer.ToArray(), (byte)'\n'];
    }
}
