namespace Vmspawn.Supervise;

/// <summary>The receivers of messages for the user; one line each, without the program's name.</summary>
/// <param name="Notice">Information; not printed with <c>-q</c>.</param>
/// <param name="Error">A failure.</param>
internal sealed record VmMessages(Action<string> Notice, Action<string> Error)
{
    /// <summary>Each step, for diagnosis.</summary>
    public Action<string> Detail { get; init; } = static _ => { };
}
