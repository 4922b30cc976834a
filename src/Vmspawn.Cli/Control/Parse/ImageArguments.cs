namespace Vmspawn.Cli.Control.Parse;

/// <summary>Parses the words and options of <c>vmspawn image</c>.</summary>
internal static class ImageArguments
{
    /// <summary>What can be done with images, in the order of the help.</summary>
    public static string[] Actions { get; } = ["list", "pull", "build", "rm"];

    /// <summary>The options.</summary>
    public static ControlOption[] Options() =>
    [
        ControlDeclarations.Debian(), ControlDeclarations.Package(), ControlDeclarations.Mkosi(), ControlDeclarations.Busybox(),
        ControlDeclarations.Json("list: print an array of objects"), ControlDeclarations.Quiet("Print no progress"),
    ];

    /// <summary>Creates the command.</summary>
    public static ControlCommand? Read(ControlOptions options, IReadOnlyList<string> words, ICollection<Problem> problems)
    {
        var names = words.Skip(1).ToList();
        var action = words[0];
        if (Array.IndexOf(Actions, action) < 0)
            return Refuse(action, "this cannot be done with images", $"one of {string.Join(", ", Actions)}");
        var built = Built(options);
        if (action != "build" && (built.Count > 0 || options.Packages.Count > 0))
            return Refuse(action, "--debian=, --package=, --mkosi= and --busybox= say what is built", "they belong to vmspawn image build");
        switch (action)
        {
            case "list" when names is [var surplus, ..]:
                return Refuse(surplus, "list takes no name", "it shows all images");
            case "list":
                return new ImageListCommand(options.Json);
            case "build" when names is not [_]:
                return Refuse(action, "one name is needed, for the image that is built", "vmspawn image build NAME --debian=SUITE");
            case "build" when built is not [_]:
                return Refuse(action, "what is built must be said once", "--debian=SUITE with mmdebstrap, --mkosi=DIR with mkosi, or --busybox=/ with the host's kernel");
            case "build" when options.Debian is null && options.Packages.Count > 0:
                return Refuse("--package", "only an image of --debian= gets packages", "mkosi.conf has Packages= for mkosi");
            case "build":
                return new ImageBuildCommand(names[0], built[0], options.Quiet);
            case var _ when names is []:
                return Refuse(action, "the name of an image is missing", "vmspawn image list shows them");
            case "pull":
                return new ImagePullCommand(names, options.Quiet);
            default:
                return new ImageRemoveCommand(names);
        }

        ControlCommand? Refuse(string subject, string text, string hint)
        {
            problems.Add(new Problem("image-arguments", subject, text, hint, ProblemKind.Usage));
            return null;
        }
    }

    private static List<VmImage> Built(ControlOptions options)
    {
        var images = new List<VmImage>();
        if (options.Debian is { } suite)
            images.Add(VmImage.Debian(suite, options.Packages));
        if (options.Mkosi is { } directory)
            images.Add(VmImage.Mkosi(directory));
        if (options.Busybox is { } root)
            images.Add(VmImage.Busybox(root));
        return images;
    }
}
