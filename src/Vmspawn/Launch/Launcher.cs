using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>The launch stage: carries a plan out step by step, and gives everything back when a step fails.</summary>
internal static class Launcher
{
    /// <summary>What children say is part of our errors, so it must not depend on the user's language.</summary>
    internal static IReadOnlyDictionary<string, string?> ChildLanguage { get; } =
        new Dictionary<string, string?> { ["LANG"] = "C.UTF-8", ["LC_ALL"] = null };

    /// <exception cref="LaunchException">A step failed; nothing is left behind.</exception>
    public static RunningVm Launch(VmPlan plan, RuntimeBase runtime)
    {
        var held = new UndoStack();
        try
        {
            var directory = held.Add(ClaimRuntimeDirectory(plan, runtime));
            foreach (var growth in plan.Growths)
                Grow(growth);

            var children = plan.Children.Select(child => held.Add(ChildImage.Make(child))).ToList();
            var opener = new DescriptorOpener(held, directory);
            var helpers = new List<RunningHelper>();
            foreach (var helper in plan.Helpers)
                helpers.Add(held.Add(opener.OpenFor(helper.Descriptors, descriptors => RunningHelper.Start(helper, descriptors))));
            var vm = opener.OpenFor(plan.Descriptors, descriptors => StartQemu(plan, directory, helpers, descriptors, opener, held));
            children.ForEach(child => child.Keep());
            return vm;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static RuntimeDirectoryHandle ClaimRuntimeDirectory(VmPlan plan, RuntimeBase runtime)
    {
        var problems = new List<Problem>();
        return RuntimeDirectoryHandle.Claim(runtime, plan.Name, problems)
            ?? throw new LaunchException("claim the runtime directory", string.Join("; ", problems));
    }

    private static void Grow(GrowthPlan growth)
    {
        try
        {
            using var image = File.OpenHandle(growth.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            GrowImage.Apply(image, growth.Size);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"grow {growth.Path}", error.Message, error);
        }
    }

    private static RunningVm StartQemu(
        VmPlan plan,
        RuntimeDirectoryHandle directory,
        IReadOnlyList<RunningHelper> helpers,
        IReadOnlyList<ChildDescriptor> descriptors,
        DescriptorOpener opener,
        UndoStack held)
    {
        var errors = held.Add(Pipe.Create());
        var isNative = plan.Console == ConsoleMode.Native;
        var spec = new ChildSpec(plan.Program, plan.Arguments)
        {
            Descriptors = descriptors,
            Environment = ChildLanguage,
            StandardInput = isNative ? StandardStream.Input : null,
            StandardOutput = isNative ? StandardStream.Output : errors.WriteEnd,
            StandardError = errors.WriteEnd,
            // QEMU's own multiplexer reads our terminal, which only the foreground group may.
            NewProcessGroup = !isNative,
        };
        try
        {
            var tail = held.Add(new StderrTail(errors.ReadEnd));
            var qemu = held.Add(ChildProcess.Start(spec));
            errors.WriteEnd.Dispose();
            opener.MadeNvram?.Keep();
            return new RunningVm(plan, directory, qemu, helpers, tail, opener.Monitor!, opener.Terminal, held);
        }
        catch (LinuxException error)
        {
            throw new LaunchException($"start {plan.Program}", error.Message, error);
        }
    }
}
