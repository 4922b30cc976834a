using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>QEMU's version.</summary>
/// <param name="Major">The major number.</param>
/// <param name="Minor">The minor number; 50 and above mark a development build.</param>
/// <param name="Micro">The micro number.</param>
/// <param name="Package">The packager's addition, empty when there is none.</param>
public sealed record QmpVersion(int Major, int Minor, int Micro, string Package)
{
    /// <summary>For example <c>7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)</c>.</summary>
    public override string ToString() =>
        Package.Length == 0 ? $"{Major}.{Minor}.{Micro}" : $"{Major}.{Minor}.{Micro} ({Package})";
}

/// <summary>QEMU's greeting.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Capabilities">Its capabilities: currently <c>oob</c> or none.</param>
public sealed record QmpGreeting(QmpVersion Version, IReadOnlyList<string> Capabilities)
{
    internal static QmpGreeting Read(JsonElement greeting)
    {
        var version = greeting.Member("version");
        var qemu = version.Member("qemu");
        return new QmpGreeting(
            new QmpVersion(qemu.Int32("major"), qemu.Int32("minor"), qemu.Int32("micro"), version.TextOr("package", "").Trim()),
            greeting.ListOrEmpty("capabilities", ReplyFields.AsText));
    }
}
