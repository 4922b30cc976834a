namespace Vmspawn.Cli.Declarations;

/// <summary>How much of an option is there.</summary>
internal enum Availability
{
    /// <summary>All that its help says.</summary>
    Here,

    /// <summary>Values that switch it off or leave the choice to us are accepted, the others refused by name.</summary>
    Off,

    /// <summary>Refused by name.</summary>
    Later,
}
