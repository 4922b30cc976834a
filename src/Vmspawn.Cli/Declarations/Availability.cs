namespace Vmspawn.Cli.Declarations;

/// <summary>How far an option is implemented.</summary>
internal enum Availability
{
    /// <summary>Implemented.</summary>
    Here,

    /// <summary>Accepted with values that request nothing or leave the choice to vmspawn; otherwise refused.</summary>
    Off,

    /// <summary>Refused as not implemented.</summary>
    Later,
}
