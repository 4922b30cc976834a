using Vmspawn.Images;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>Credentials as a cpio archive appended to an initrd, in <c>/.extra/system_credentials</c>, the path that systemd-stub(7) uses too.</summary>
/// <remarks>The archive is reproducible, because it is measured.</remarks>
internal static class CredentialArchive
{
    private const string Directory = ".extra";
    private const string Place = Directory + "/system_credentials";
    private const UnixFileMode OwnerReads = UnixFileMode.UserRead;
    private const UnixFileMode OwnerOpens = OwnerReads | UnixFileMode.UserExecute;
    private const UnixFileMode AllOpen = OwnerOpens | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes the archive; empty without credentials.</summary>
    public static byte[] Of(IReadOnlyList<CredentialSpec> credentials)
    {
        if (credentials.Count == 0)
            return [];
        using var content = new MemoryStream();
        var archive = new CpioArchive(content);
        archive.AddDirectory(Directory, AllOpen);
        archive.AddDirectory(Place, OwnerOpens);
        foreach (var credential in credentials)
            archive.AddFile($"{Place}/{credential.Id}.cred", OwnerReads, credential.Value.Span);
        archive.End();
        return content.ToArray();
    }
}
