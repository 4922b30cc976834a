using System.Globalization;
using Vmspawn.Linux;

namespace Vmspawn.Options;

/// <summary>Which vsock device the guest gets.</summary>
public enum VsockMode
{
    /// <summary>The kernel's (vhost-vsock) if usable, else vhost-device-vsock if installed, else none.</summary>
    Auto,

    /// <summary>One of the two; an error if neither is available.</summary>
    Yes,

    /// <summary>None.</summary>
    No,

    /// <summary>vhost-device-vsock in user space, even if the kernel's is usable.</summary>
    User,
}

/// <summary><c>--vsock=</c> and <c>--vsock-cid=</c>.</summary>
/// <param name="Mode">Which device.</param>
/// <param name="Cid">The guest's context id, 3 to 4294967294; null derives it from the machine's name.</param>
public sealed record VsockRequest(VsockMode Mode, uint? Cid)
{
    /// <summary>The default.</summary>
    public static VsockRequest Default { get; } = new(VsockMode.Auto, null);
}

/// <summary>The values of <c>--vsock=</c> and <c>--vsock-cid=</c>.</summary>
internal static class VsockText
{
    /// <summary>Parses yes, no, auto or user; an empty value is auto.</summary>
    public static Parsed<VsockMode> ParseMode(string text)
    {
        if (text == "user")
            return VsockMode.User;
        var parsed = TristateText.Parse(text);
        if (parsed.Mistake is not null)
            return new Mistake("vsock", "this is neither yes, no, auto nor user", "use yes, no, auto or user");
        return parsed.Value switch
        {
            Tristate.Yes => VsockMode.Yes,
            Tristate.No => VsockMode.No,
            _ => VsockMode.Auto,
        };
    }

    /// <summary>Parses a guest's context id; an empty value derives it from the machine's name.</summary>
    public static Parsed<uint?> ParseCid(string text)
    {
        if (text.Length == 0)
            return (uint?)null;
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var cid) || cid is < VsockCid.First or > VsockCid.Last)
            return new Mistake("vsock-cid", "no guest can have this context id", $"give a number from {VsockCid.First} to {VsockCid.Last}, or nothing");
        return (uint?)cid;
    }
}
