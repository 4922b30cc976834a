namespace Vmspawn.Cli.Running;

/// <summary>Our exit statuses besides the guest's own; docs/exit-status.md explains them.</summary>
internal static class ExitStatus
{
    public const int Failed = 1;
}
