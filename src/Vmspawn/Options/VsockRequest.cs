using System.Globalization;
using Vmspawn.Linux;

namespace Vmspawn.Options;

/// <summary>Which vsock the guest gets.</summary>
public enum VsockMode
{
    /// <summary>The kernel's where it is usable, else one in user space where its program is installed, else none.</summary>
    Auto,

    /// <summary>One of the two: an error where there is neither.</summary>
    Yes,

    /// <summary>None.</summary>
    No,

    /// <summary>The one in user space (vhost-device-vsock), even where the kernel's is usable.</summary>
    User,
}

/// <summary><c>--vsock=</c> and <c>--vsock-cid=</c>.</summary>
/// <param name="Mode">Which.</param>
/// <param name="Cid">The guest's context id, 3 to 4294967294; null derives it from the machine's name.</param>
public sealed record VsockRequest(VsockMode Mode, uint? Cid)
{
    /// <summary>Neither is said.</summary>
    public static VsockRequest Default { get; } = new(VsockMode.Auto, null);
}

/// <summary>The values of <c>--vsock=</c> and <c>--vsock-cid=</c>.</summary>
internal static class VsockText
{
    /// <summary>Reads yes, no, auto, nothing at all, which is auto, or user.</summary>
    public static Parsed<VsockMode> ParseMode(string text)
    {
        if (text == "user")
            return VsockMode.User;
        var parsed = TristateText.Parse(text);
        if (parsed.Mistake is not null)
            return new Mistake("vsock", "this is neither yes, no, auto nor user", "say yes, no, auto or user");
        return parsed.Value switch
        {
            Tristate.Yes => VsockMode.Yes,
            Tristate.No => VsockMode.No,
            _ => VsockMode.Auto,
        };
    }

    /// <summary>Reads a context id that a guest can have; nothing at all leaves it to us.</summary>
    public static Parsed<uint?> ParseCid(string text)
    {
        if (text.Length == 0)
            return (uint?)null;
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var cid) || cid is < VsockCid.First or > VsockCid.Last)
            return new Mistake("vsock-cid", "no guest can have this context id", $"give a number from {VsockCid.First} to {VsockCid.Last}, or nothing");
        return (uint?)cid;
    }
}
