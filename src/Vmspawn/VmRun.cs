
using Vmspawn.Launch;
using Vmspawn.Options;
using Vmspawn.Supervise;

namespace Vmspawn;

/// <summary>Carries a plan out and stays until the guest's end.</summary>
internal static class VmRun
{
    /// <returns>The exit status.</returns>
    /// <exception cref="LaunchException">A step of the launch failed; nothing is left behind.</exception>
    public static async Task<int> RunAsync(Planning planning, VmOptions options, VmMessages messages)
    {
        using var vm = Launcher.Launch(planning.Plan!, planning.Spec!.Host.Runtime);
        await using var supervisor = new Supervisor(vm, messages);
        messages.Notice(Greeting(options, planning));
        var end = await supervisor.RunAsync();
        foreach (var line in end.Errors)
            messages.Error(line);
        return end.Status;
    }

    private static string Greeting(VmOptions options, Planning planning) => options.Console == ConsoleMode.Interactive
        ? $"{planning.Plan!.Name}: booting; Ctrl-] three times within a second kills it"
        : $"{planning.Plan!.Name}: booting";
}
