using System.Text;
using Vmspawn.Spec;
using Vmspawn.Ssh;

namespace Vmspawn.Resolve;

/// <summary>The credentials by which a guest's sshd accepts a key for every user.</summary>
internal static class SshCredentials
{
    /// <summary>The credential that the services of systemd-ssh-generator(8) read.</summary>
    private const string PublicKeys = "ssh.ephemeral-authorized_keys-all";

    /// <summary>
    /// The names under which a connection's service is found: a distribution's own for the vsock; its general one, which the generator
    /// prefers to its own from systemd 257 on and which may not read the credential; and the generator's, which uses it for root only before 262.
    /// </summary>
    private static readonly IReadOnlyList<string> Services = ["sshd-vsock@.service", "sshd@.service", "sshd-generated@.service"];

    /// <summary>Adds the key to the user's own ones.</summary>
    /// <param name="credentials">The guest's credentials.</param>
    /// <param name="publicKey">A line of <c>authorized_keys</c>.</param>
    /// <param name="withServices">Names of any length reach the guest: those of drop-ins are too long for all transports except SMBIOS and the kernel command line.</param>
    public static void Add(CredentialSet credentials, string publicKey, bool withServices)
    {
        credentials.Append(PublicKeys, Encoding.UTF8.GetBytes(publicKey), isPublic: true);
        if (!withServices)
            return;
        var keys = credentials.All.First(credential => credential.Id == PublicKeys);
        credentials.Append("tmpfiles.extra", KeyFileLines(keys.Value.Span), keys.IsPublic);
        foreach (var dropIn in Services.Select(service => $"systemd.unit-dropin.{service}"))
        {
            // The user's own drop-in for that service is not changed.
            if (credentials.All.All(credential => credential.Id != dropIn))
                credentials.Set(dropIn, DropIn, isPublic: true);
        }
    }

    private static byte[] KeyFileLines(ReadOnlySpan<byte> keys) => Encoding.ASCII.GetBytes(
        $"""
        d {Path.GetDirectoryName(GuestSshd.AuthorizedKeys)} 0755 root root -
        f+~ {GuestSshd.AuthorizedKeys} 0444 root root - {Convert.ToBase64String(keys)}

        """);

    // The variables are those of the environment files of Debian and Fedora, empty where such a file does not set them.
    private static byte[] DropIn { get; } = Encoding.ASCII.GetBytes(
        $"""
        [Service]
        Environment=SSHD_OPTS= OPTIONS=
        ExecStart=
        ExecStart=-sshd -i $SSHD_OPTS $OPTIONS -o "AuthorizedKeysFile {GuestSshd.AuthorizedKeys} .ssh/authorized_keys"

        """);
}
