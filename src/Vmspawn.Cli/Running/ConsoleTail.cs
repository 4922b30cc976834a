namespace Vmspawn.Cli.Running;

/// <summary>The end of a guest's console, below a message about a guest that failed.</summary>
internal static class ConsoleTail
{
    /// <param name="name">The machine.</param>
    /// <param name="tail">The lines; nothing is shown where there are none.</param>
    public static void Show(string name, string tail)
    {
        if (tail.Length > 0)
            Output.WriteError($"vmspawn: {name}: the last lines of its console:\n{tail.TrimEnd('\n')}\n");
    }
}
