namespace Vmspawn.Cli.Declarations;

/// <summary>All options of the command line, found by name as getopt_long finds them.</summary>
internal sealed class OptionTable
{
    private readonly Dictionary<string, VmOption> _byName = [];
    private readonly Dictionary<char, VmOption> _byLetter = [];

    /// <summary>The table of these options.</summary>
    public OptionTable(IReadOnlyList<VmOption> options)
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
    public IReadOnlyList<VmOption> All { get; }

    /// <summary>What a VM is started or planned with.</summary>
    public static OptionTable Create(params VmOption[] more) => new(
    [
        .. GeneralOptions.All(),
        .. ImageOptions.All(),
        .. HostOptions.All(),
        .. BootOptions.All(),
        .. ConsoleOptions.All(),
        .. CredentialOptions.All(),
        .. PcieOptions.All(),
        .. LaterOptions.All(),
        .. more,
    ]);

    /// <summary>The option of a short name, or null.</summary>
    public VmOption? ByLetter(char letter) => _byLetter.GetValueOrDefault(letter);

    /// <summary>The option of exactly this long name, today's or an old one, dashes included, or null.</summary>
    public VmOption? ByName(string name) => _byName.GetValueOrDefault(name);

    /// <summary>The options whose names begin with this one: the exact one alone, where there is one.</summary>
    public IReadOnlyList<VmOption> ByAbbreviation(string name) =>
        ByName(name) is { } exact ? [exact] : [.. All.Where(option => option.Name.StartsWith(name, StringComparison.Ordinal))];
}
