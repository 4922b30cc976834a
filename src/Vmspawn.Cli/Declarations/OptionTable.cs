namespace Vmspawn.Cli.Declarations;

/// <summary>The option tables of the command line.</summary>
internal static class OptionTable
{
    /// <summary>The options of a subcommand that plans or starts a VM.</summary>
    /// <param name="verb">The subcommand.</param>
    /// <param name="isDropIn">Whether vmspawn was called as systemd-vmspawn.</param>
    public static OptionTable<VmOption> For(Verb verb, bool isDropIn = false) => verb switch
    {
        Verb.Plan => Everything(),
        Verb.Run when !isDropIn => Create(RunModeOptions.All()),
        _ => Create(),
    };

    /// <summary>The options of all of them.</summary>
    public static OptionTable<VmOption> Everything() => Create([PlanFormatOption.Declare(), RestorableOption.Declare(), .. RunModeOptions.All()]);

    /// <summary>The options of a VM.</summary>
    public static OptionTable<VmOption> Create(params VmOption[] more) => new(
    [
        .. GeneralOptions.All(),
        .. ImageOptions.All(),
        .. HostOptions.All(),
        .. TpmOptions.All(),
        .. BootOptions.All(),
        .. RestoreOptions.All(),
        .. FirmwareOptions.All(),
        .. NetworkOptions.All(),
        .. ShareOptions.All(),
        .. ConsoleOptions.All(),
        .. CredentialOptions.All(),
        .. CloudInitOptions.All(),
        .. RegistrationOptions.All(),
        .. IntegrationOptions.All(),
        .. PcieOptions.All(),
        .. more,
    ]);
}

/// <summary>All options of a subcommand, with getopt_long's lookup by name.</summary>
internal sealed class OptionTable<TOption>
    where TOption : CommandOption
{
    private readonly Dictionary<string, TOption> _byName = [];
    private readonly Dictionary<char, TOption> _byLetter = [];

    /// <summary>Creates the table of these options.</summary>
    public OptionTable(IReadOnlyList<TOption> options)
    {
        All = options;
        foreach (var option in options)
        {
            _byName.Add(option.Name, option);
            if (option.OldName is { } oldName)
                _byName.Add(oldName, option);
            if (option.Letter is { } letter)
                _byLetter.Add(letter, option);
        }
    }

    /// <summary>Every option, in the order of their declaration.</summary>
    public IReadOnlyList<TOption> All { get; }

    /// <summary>The option with a short name, or null.</summary>
    public TOption? ByLetter(char letter) => _byLetter.GetValueOrDefault(letter);

    /// <summary>The option with exactly this long name, current or old, with dashes, or null.</summary>
    public TOption? ByName(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The options whose names start with this text; only the exact match if there is one.</summary>
    public IReadOnlyList<TOption> ByAbbreviation(string name) =>
        ByName(name) is { } exact ? [exact] : [.. All.Where(option => option.Name.StartsWith(name, StringComparison.Ordinal))];
}
