namespace Vmspawn.Cli.Control.Client;

/// <summary>A request to a machine failed or was refused.</summary>
internal sealed class MachineException : Exception
{
    public MachineException(Problem problem)
        : base(problem.ToString()) => Problem = problem;

    public MachineException(string code, string subject, string text, string? hint = null)
        : this(new Problem(code, subject, text, hint))
    {
    }

    /// <summary>The problem to report.</summary>
    public Problem Problem { get; }
}
