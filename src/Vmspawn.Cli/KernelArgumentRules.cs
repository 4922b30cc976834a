namespace Vmspawn.Cli;

/// <summary>Refuses kernel arguments with invalid characters; the plan stage checks the length.</summary>
internal static class KernelArgumentRules
{
    public static void Check(IReadOnlyList<string> arguments, ICollection<Problem> problems)
    {
        foreach (var argument in arguments)
        {
            if (!PlainText.IsWellFormed(argument) || argument.AsSpan().ContainsAny('\0', '\n'))
                problems.Add(new Problem("kernel-argument", $"kernel argument {argument}", "a kernel command line is one line of UTF-8", null, ProblemKind.Usage));
        }
    }
}
