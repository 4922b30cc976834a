namespace Vmspawn.Ssh;

/// <summary>How long to wait for a guest's SSH server that does not answer yet.</summary>
/// <param name="Directory">The machine's runtime directory, in which its control socket shows that it runs.</param>
/// <param name="Limit">The time limit.</param>
/// <param name="IsQuiet">Whether to wait without a message.</param>
internal sealed record SshWait(string Directory, TimeSpan Limit, bool IsQuiet)
{
    /// <summary>The machine's name.</summary>
    public string Machine => Path.GetFileName(Directory);

    /// <summary>Its control socket.</summary>
    public string ControlSocket => Path.Combine(Directory, "control");
}
