using Vmspawn.Host;

namespace Vmspawn.Tests;

/// <summary>Runs the real programs that tests compare with.</summary>
internal static class Tool
{
    /// <summary>The QEMU under test: <c>$VMSPAWN_TEST_QEMU</c>, else the distribution's.</summary>
    public static string Qemu { get; } = Environment.GetEnvironmentVariable("VMSPAWN_TEST_QEMU") ?? "/usr/bin/qemu-system-x86_64";

    /// <summary>What it printed; fails the test when it fails.</summary>
    public static async Task<string> Run(string name, params string[] arguments)
    {
        var run = await Try(name, arguments);
        Assert.True(run.ExitCode == 0, $"{name} {string.Join(' ', arguments)}: {run.ExitCode}: {run.Error}{run.Output}");
        return run.Output;
    }

    public static Task<ChildRun> Try(string name, params string[] arguments) =>
        ChildRun.Run("/usr/bin/" + name, arguments, TimeSpan.FromSeconds(60));
}
