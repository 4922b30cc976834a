using System.Globalization;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

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
