using System.Text;

namespace Vmspawn.Options;

/// <summary><c>--bind=SOURCE[:TARGET]</c>: a backslash takes the next character of the source as it is.</summary>
internal static class BindText
{
    private const string Form = "write SOURCE[:TARGET], such as /srv/data:/mnt/data";

    public static Parsed<BindMount?> Parse(string text, bool readOnly)
    {
        if (text.Length == 0)
            return (BindMount?)null;
        if (PathText.Parse(text).Mistake is { } mistake)
            return mistake;
        var source = new StringBuilder();
        var at = 0;
        for (; at < text.Length && text[at] != ':'; at++)
        {
            if (text[at] == '\\' && ++at == text.Length)
                return new Mistake("bind-escape", "the backslash at the end takes nothing", Form);
            source.Append(text[at]);
        }

        if (source.Length == 0)
            return new Mistake("bind-source", "there is no directory of the host", Form);
        var target = at < text.Length ? text[(at + 1)..] : null;
        // The mount point goes into a line of fstab(5).
        return target is null or ['/', ..] && !$"{target}{source}".Contains('\n', StringComparison.Ordinal)
            ? new BindMount(source.ToString(), target, readOnly)
            : new Mistake("bind-target", $"\"{target}\" is no absolute path of one line in the guest", Form);
    }
}
