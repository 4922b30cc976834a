namespace Vmspawn.Supervise;

/// <summary>Where sentences for the user go; one line each, without the program's name.</summary>
/// <param name="Notice">Good to know; silent with <c>-q</c>.</param>
/// <param name="Error">Something failed.</param>
internal sealed record VmMessages(Action<string> Notice, Action<string> Error)
{
    /// <summary>Each step, for who looks for a fault.</summary>
    public Action<string> Detail { get; init; } = static _ => { };
}
