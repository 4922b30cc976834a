using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>Determines the image that is the child of a template: that of <c>-i</c>, else one by the machine's name among the machine images.</summary>
internal static class TemplateChild
{
    /// <summary>The options with the child as their image.</summary>
    /// <param name="options">The options; unchanged without a template.</param>
    /// <param name="isUser">Whether the scope is the user's.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="problems">Receives the reason why there is no directory for it.</param>
    public static VmOptions Apply(VmOptions options, bool isUser, Func<string, string?> environment, List<Problem> problems)
    {
        if (options.Template is null)
            return options;
        options = options with { ImageFormat = ImageFormat.Qcow2 };
        if (options.Image is { } image)
        {
            // Missing parent directories are created only in vmspawn's own places: elsewhere the path is probably mistyped.
            var directory = Path.GetDirectoryName(Path.GetFullPath(image));
            if (!Directory.Exists(directory))
                problems.Add(new Problem("template-child", $"--image={image}", $"it cannot be made: there is no directory {directory}"));
            return options;
        }

        if (Images(isUser, environment) is { } images && options.Machine is { } name)
            return options with { Image = Path.Combine(images, $"{name}.qcow2") };
        problems.Add(new Problem("template-child", $"--machine={options.Machine}",
            "there is no place for its image: neither $XDG_STATE_HOME nor $HOME is set", "give its path with -i"));
        return options;
    }

    // One of the directories in which names are looked up.
    private static string? Images(bool isUser, Func<string, string?> environment) =>
        !isUser ? "/var/lib/machines"
        : environment("XDG_STATE_HOME") is ['/', ..] state ? $"{state}/machines"
        : environment("HOME") is ['/', ..] home ? $"{home}/.local/state/machines"
        : null;
}
