using Vmspawn.Linux;
using Vmspawn.Resolve;

namespace Vmspawn.Cli.Running;

/// <summary>The process's environment for the resolve stage.</summary>
internal static class HostProcessContext
{
    public static ProcessContext Create() => new(
        Environment.GetEnvironmentVariable,
        WindowSize.Of(StandardStream.Output),
        RandomNumber.Next);
}

/// <summary>The same for the planner.</summary>
internal static class HostEnvironment
{
    public static VmEnvironment Of() => new() { Terminal = WindowSize.Of(StandardStream.Output) };
}
