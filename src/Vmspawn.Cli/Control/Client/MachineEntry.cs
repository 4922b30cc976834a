namespace Vmspawn.Cli.Control.Client;

/// <summary>A runtime directory, of a running or an ended machine.</summary>
/// <param name="Name">The machine's name.</param>
/// <param name="Directory">Its absolute path.</param>
internal sealed record MachineEntry(string Name, string Directory)
{
    /// <summary>The control socket.</summary>
    public string Socket => Path.Combine(Directory, "control");
}
