namespace Vmspawn.Cli.Running;

/// <summary>vmspawn's exit statuses, apart from the guest's; docs/exit-status.md explains them.</summary>
internal static class ExitStatus
{
    public const int Failed = 1;
}
