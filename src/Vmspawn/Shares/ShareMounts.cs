using System.Text;
using Vmspawn.Spec;

namespace Vmspawn.Shares;

/// <summary>How the guest mounts its shares: by systemd, or by manual commands.</summary>
internal static class ShareMounts
{
    /// <summary>The credential that systemd-fstab-generator(8) reads besides /etc/fstab.</summary>
    public const string Credential = "fstab.extra";

    /// <summary>Appends a line for each share to the user's own credential.</summary>
    public static void Append(CredentialSet credentials, IReadOnlyList<ShareSpec> shares)
    {
        var lines = string.Concat(Mounted(shares).Select(share => $"{share.Tag} {Escape(share.Target)} {share.Server.FileSystem} {Options(share)},x-initrd.mount\n"));
        if (lines.Length > 0)
            credentials.Append(Credential, Encoding.UTF8.GetBytes(lines));
    }

    /// <summary>The mount commands for a guest without systemd, or null when there is nothing to mount.</summary>
    public static string? Notice(IReadOnlyList<ShareSpec> shares) =>
        !shares.Any(share => share.HasSystemd) && Mounted(shares).Select(Command).ToArray() is { Length: > 0 } commands
        ? $"a guest without systemd mounts what is shared by: {string.Join("; ", commands)}"
        : null;

    private static IEnumerable<ShareSpec> Mounted(IEnumerable<ShareSpec> shares) => shares.Where(share => !share.IsRoot);

    private static string Command(ShareSpec share) =>
        $"mount -t {share.Server.FileSystem} -o {Options(share)} {share.Tag} {ShellText.Quote(share.Target)}";

    private static string Options(ShareSpec share) => $"{share.Server.MountOptions}{(share.ReadOnly ? "ro" : "rw")}";

    /// <summary>Escapes a path for fstab(5).</summary>
    private static string Escape(string path)
    {
        var escaped = new StringBuilder(path.Length);
        foreach (var c in path)
            _ = c is ' ' or '\t' or '\\' or '#' ? escaped.Append('\\').Append(Convert.ToString(c, 8).PadLeft(3, '0')) : escaped.Append(c);
        return escaped.ToString();
    }
}
