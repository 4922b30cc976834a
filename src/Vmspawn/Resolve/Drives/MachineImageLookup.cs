using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>Without any image the current directory is booted; <c>-M NAME</c> alone the image or directory of that name from the machine image directories (machinectl(1), "Files and Directories").</summary>
internal static class MachineImageLookup
{
    /// <summary>The tree that is booted by default.</summary>
    public const string CurrentDirectory = ".";

    private static readonly string[] SystemDirectories =
        ["/etc/machines", "/run/machines", "/var/lib/machines", "/var/lib/container", "/usr/local/lib/machines", "/usr/lib/machines"];

    /// <summary>The directories that are searched for images: for a user the user's own first (file-hierarchy(7), "User Directories").</summary>
    /// <param name="isUser">Whether the scope is the user's.</param>
    /// <param name="environment">Reads one environment variable.</param>
    public static IReadOnlyList<string> Directories(bool isUser, Func<string, string?> environment)
    {
        if (!isUser)
            return SystemDirectories;
        var home = environment("HOME");
        string?[] own =
        [
            environment("XDG_RUNTIME_DIR"),
            environment("XDG_STATE_HOME") ?? (home is null ? null : $"{home}/.local/state"),
            home is null ? null : $"{home}/.local/lib",
        ];
        return [.. own.Where(directory => directory is ['/', ..]).Select(directory => $"{directory}/machines"), .. SystemDirectories];
    }

    /// <summary>The options with the image or directory filled in when there is only a name, or nothing.</summary>
    public static VmOptions Apply(VmOptions options, IReadOnlyList<string> directories, List<Problem> problems)
    {
        if (options.Image is not null || options.Directory is not null || options.Linux is not null || !options.LinuxContent.IsEmpty)
            return options;
        if (options.Machine is not { } name)
            return options with { Directory = CurrentDirectory };

        foreach (var directory in directories)
        {
            var image = Path.Combine(directory, $"{name}.raw");
            if (File.Exists(image))
                return options with { Image = image };
            // The directory in which --template= creates children.
            var child = Path.Combine(directory, $"{name}.qcow2");
            if (File.Exists(child))
                return options with { Image = child, ImageFormat = ImageFormat.Qcow2 };
            var tree = Path.Combine(directory, name);
            if (Directory.Exists(tree))
                return options with { Directory = tree };
            // Its version is picked later, as for a path of -i or -D.
            var images = Path.Combine(directory, $"{name}.raw.v");
            if (Directory.Exists(images))
                return options with { Image = images };
            var trees = Path.Combine(directory, $"{name}.v");
            if (Directory.Exists(trees))
                return options with { Directory = trees };
        }

        problems.Add(new Problem("machine-image-missing", $"--machine={name}",
            $"there is no {name}.raw, no {name}.qcow2 and no directory {name}, {name}.raw.v or {name}.v in {string.Join(", ", directories)}", "name a disk image with --image=, or a directory with --directory="));
        return options;
    }
}
