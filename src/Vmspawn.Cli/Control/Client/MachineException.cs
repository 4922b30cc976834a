namespace Vmspawn.Cli.Control.Client;

/// <summary>A machine could not be asked, or refused.</summary>
internal sealed class MachineException : Exception
{
    public MachineException(Problem problem)
        : base(problem.ToString()) => Problem = problem;

    public MachineException(string code, string subject, string text, string? hint = null)
        : this(new Problem(code, subject, text, hint))
    {
    }

    /// <summary>The same for people and programs.</summary>
    public Problem Problem { get; }
}
