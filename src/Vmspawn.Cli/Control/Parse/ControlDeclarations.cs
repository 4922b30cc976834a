using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>The options of the subcommands for running machines.</summary>
internal static class ControlDeclarations
{
    private static readonly (string Word, MemoryCompression Value)[] Compressions = [("none", MemoryCompression.None), ("zstd", MemoryCompression.Zstd)];

    private static readonly string[] Types = ChoiceText.Words(OptionWords.DiskTypes);

    /// <summary>The options that all of them have.</summary>
    public static ControlOption[] Common(ControlVerb verb) => verb.IsForMachines ? [Help, .. Scopes()] : [Help];

    private static ControlOption Help => Flag("--help", 'h', "Show this help", options => options with { Help = true });

    private static ControlOption[] Scopes() =>
    [
        Flag("--system", null, "Only machines of /run", options => options with { Scope = RuntimeScope.System }),
        Flag("--user", null, "Only machines of $XDG_RUNTIME_DIR", options => options with { Scope = RuntimeScope.User }),
    ];

    public static ControlOption Json(string what) => Flag("--json", null, what, options => options with { Json = true });

    public static ControlOption ReadOnly(string what) => Flag("--read-only", 'r', what, options => options with { ReadOnly = true });

    public static ControlOption Type() => new("--type", "TYPE", 't')
    {
        Description = $"Device type: {string.Join(", ", Types)} (read-only)",
        Default = Types[0],
        Words = Types,
        Set = (options, value, problems) =>
        {
            var parsed = ChoiceText.Parse(value, OptionWords.DiskTypes);
            return Take("--type", value, parsed, problems) ? options with { Type = parsed.Value } : options;
        },
    };

    public static ControlOption Format(string what, params IReadOnlyList<(string Word, ImageFormat Value)> formats) => new("--format", "FORMAT")
    {
        Description = what,
        Words = ChoiceText.Words(formats),
        Set = (options, value, problems) =>
        {
            var parsed = ChoiceText.Parse(value, formats);
            return Take("--format", value, parsed, problems) ? options with { Format = parsed.Value } : options;
        },
    };

    public static ControlOption Id() => new("--id", "ID")
    {
        Description = "The name to detach it by",
        Default = "derived from the file's name",
        Set = (options, value, problems) => Take("--id", value, StorageIdText.Parse(value), problems)
            ? options with { Id = value }
            : options,
    };

    public static ControlOption Login() => new("--login", "USER", 'l')
    {
        Description = "The user to log in as",
        Default = "root",
        Set = (options, value, problems) =>
        {
            if (value.Length > 0 && value[0] != '-' && PlainText.IsPlain(value))
                return options with { Login = value };
            problems.Add(new Problem("login", $"--login={value}", "this is no user's name", null, ProblemKind.Usage));
            return options;
        },
    };

    public static ControlOption Quiet(string what = "Wait for the guest without a message") => Flag("--quiet", 'q', what, options => options with { Quiet = true });

    public static ControlOption Follow() => Flag("--follow", 'f', "Print what is added until the machine ends", options => options with { Follow = true });

    public static ControlOption Force() => Flag("--force", 'f', "End it at once, without a shutdown of its guest", options => options with { Force = true });

    public static ControlOption Keep() => Flag("--keep", null, "The machine goes on afterwards", options => options with { Keep = true });

    public static ControlOption Compression() => new("--compress", "none|zstd")
    {
        Description = "How the memory is compressed",
        Default = "none",
        Words = ["none", "zstd"],
        Set = (options, value, problems) =>
        {
            var parsed = ChoiceText.Parse(value, Compressions);
            return Take("--compress", value, parsed, problems) ? options with { Compression = parsed.Value } : options;
        },
    };

    public static ControlOption Terminal() => Flag("--tty", 't', "Run it in a terminal of this one's size", options => options with { HasTerminal = true });

    public static ControlOption Recursive() => Flag("--recursive", 'r', "Copy directories with all that is in them", options => options with { Recursive = true });

    public static ControlOption Variable() => new("--env", "NAME=VALUE", 'e')
    {
        Description = "An environment variable for it; NAME alone takes ours; repeatable",
        Set = (options, value, problems) =>
        {
            var (name, text) = value.Split('=', 2) is [var left, var right] ? (left, right) : (value, Environment.GetEnvironmentVariable(value));
            if (name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
                return text is null ? options : options with { Variables = new Dictionary<string, string>(options.Variables) { [name] = text } };
            problems.Add(new Problem("variable", $"--env={value}", "this is no variable's name", "write NAME=VALUE", ProblemKind.Usage));
            return options;
        },
    };

    public static ControlOption WorkingDirectory() => new("--chdir", "DIR", 'w')
    {
        Description = "Its working directory",
        Default = "the user's home directory",
        Set = (options, value, problems) =>
        {
            if (value.StartsWith('/'))
                return options with { WorkingDirectory = value };
            problems.Add(new Problem("directory", $"--chdir={value}", "this is no absolute path", null, ProblemKind.Usage));
            return options;
        },
    };

    public static ControlOption For() => new("--for", "ready|reported|unit:NAME|port:N|exit")
    {
        Description = "An answer of the guest, its own report that it is ready, an active unit, a TCP port that listens, the machine's end",
        Default = "ready",
        Words = ["ready", "reported", "exit"],
        Set = (options, value, problems) =>
        {
            switch (value.Split(':', 2))
            {
                case ["ready"]:
                    return options with { For = GuestWait.Ready };
                case ["reported"]:
                    return options with { For = GuestWait.Reported };
                case ["exit"]:
                    return options with { For = null };
                case ["unit", { Length: > 0 } unit]:
                    return options with { For = GuestWait.Unit(unit) };
                case ["port", var port] when int.TryParse(port, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536:
                    return options with { For = GuestWait.Port(number) };
                default:
                    problems.Add(new Problem("wait-for", $"--for={value}", "this cannot be waited for", "choose ready, reported, unit:NAME, port:1 to port:65535 or exit", ProblemKind.Usage));
                    return options;
            }
        },
    };

    public static ControlOption Debian() => new("--debian", "SUITE")
    {
        Description = "build: a Debian of this suite, such as trixie, by mmdebstrap",
        Set = (options, value, problems) =>
        {
            if (value.Length > 0 && value.All(letter => char.IsAsciiLetterLower(letter) || letter == '-'))
                return options with { Debian = value };
            problems.Add(new Problem("suite", $"--debian={value}", "this is no name of a suite", "write stable, trixie or sid for example", ProblemKind.Usage));
            return options;
        },
    };

    public static ControlOption Package() => new("--package", "NAME[,NAME…]", 'p')
    {
        Description = "build: more packages of that Debian; repeatable",
        Set = (options, value, problems) =>
        {
            var names = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (Array.Find(names, name => !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '+' or '-' or '.' or ':')) is { } wrong)
                problems.Add(new Problem("package", $"--package={wrong}", "this is no name of a package", null, ProblemKind.Usage));
            return options with { Packages = [.. options.Packages, .. names] };
        },
    };

    public static ControlOption Mkosi() =>
        Place("--mkosi", "build: what mkosi builds from the configuration in this directory, or has built there", (options, directory) => options with { Mkosi = directory });

    public static ControlOption Busybox() =>
        Place("--busybox", "build: a shell of busybox with the newest kernel below this root directory, / for the host's", (options, directory) => options with { Busybox = directory });

    public static ControlOption[] Wait() =>
    [
        Flag("--wait", null, "Return when the guest has released it (the default)", options => options with { Wait = true }),
        Flag("--no-wait", null, "Return after the request to the guest", options => options with { Wait = false }),
    ];

    public static ControlOption Timeout(string what, TimeSpan? byDefault) => new("--timeout", "TIME")
    {
        Description = what,
        Default = byDefault is { } limit ? DurationText.Of(limit) : "none",
        Set = (options, value, problems) =>
        {
            var parsed = DurationText.Parse(value);
            return Take("--timeout", value, parsed, problems) ? options with { Timeout = parsed.Value } : options;
        },
    };

    public static ControlOption Filter() => new("--filter", "EVENT[,EVENT…]")
    {
        Description = "Only these, by QEMU's names; repeatable",
        Set = (options, value, _) => options with
        {
            Filter = value.Length == 0
                ? []
                : [.. options.Filter, .. value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
        },
    };

    private static ControlOption Place(string name, string what, Func<ControlOptions, string, ControlOptions> set) => new(name, "DIR")
    {
        Description = what,
        Set = (options, value, problems) =>
        {
            if (value.Length > 0)
                return set(options, value);
            problems.Add(new Problem("directory", $"{name}=", "the directory is missing", null, ProblemKind.Usage));
            return options;
        },
    };

    private static ControlOption Flag(string name, char? letter, string what, Func<ControlOptions, ControlOptions> set) =>
        new(name, null, letter) { Description = what, Set = (options, _, _) => set(options) };

    private static bool Take<T>(string name, string value, Parsed<T> parsed, ICollection<Problem> problems)
    {
        if (parsed.Mistake is not { } mistake)
            return true;
        problems.Add(mistake.About($"{name}={value}"));
        return false;
    }
}
