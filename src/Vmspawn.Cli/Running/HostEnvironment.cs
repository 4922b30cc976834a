using Vmspawn.Linux;

namespace Vmspawn.Cli.Running;

/// <summary>The process's environment for the planner.</summary>
internal static class HostEnvironment
{
    public static VmEnvironment Of() => new() { Terminal = WindowSize.Of(StandardStream.Output) };
}
