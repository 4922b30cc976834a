namespace Vmspawn.Cli.Running;

/// <summary>vmspawn's exit statuses, apart from the guest's; docs/exit-status.md explains them.</summary>
internal static class ExitStatus
{
    public const int Failed = 1;

    /// <summary>The command line is wrong. Under systemd-vmspawn's name it is that program's status for everything that fails.</summary>
    public static int Usage(string invokedAs) => Verbs.IsDropIn(invokedAs) ? Failed : 2;
}
