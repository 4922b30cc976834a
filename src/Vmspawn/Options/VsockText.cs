using System.Globalization;
using Vmspawn.Plan;

namespace Vmspawn.Options;

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
        if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var cid) || cid is < VsockPlan.FirstCid or > VsockPlan.LastCid)
            return new Mistake("vsock-cid", "no guest can have this context id", $"give a number from {VsockPlan.FirstCid} to {VsockPlan.LastCid}, or nothing");
        return (uint?)cid;
    }
}
