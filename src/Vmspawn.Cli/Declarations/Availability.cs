namespace Vmspawn.Cli.Declarations;

/// <summary>How much of an option is there.</summary>
internal enum Availability
{
    /// <summary>All that its help says.</summary>
    Here,

    /// <summary>Accepted as long as it asks for nothing, or leaves the choice to us; else refused by name.</summary>
    Off,

    /// <summary>Refused by name.</summary>
    Later,
}
