using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>The launch stage: carries out a plan step by step, and undoes all steps when one fails or the launch is cancelled.</summary>
internal static class Launcher
{
    /// <summary>Longer than the removal of a runtime directory takes.</summary>
    private static readonly LockWait Removal = new(TimeSpan.FromSeconds(2));

    /// <param name="plan">The plan.</param>
    /// <param name="runtime">The directory for runtime directories.</param>
    /// <param name="passed">Devices that were passed to vmspawn.</param>
    /// <param name="tell">Receives a sentence for each undo step that failed, here or at the end of the VM.</param>
    /// <param name="step">Receives a sentence for each completed step.</param>
    /// <param name="started">Receives each program that was started, with its standard error, which can be read after a failed launch as well.</param>
    /// <param name="cancel">Cancels the launch at its next step, and each wait in it at once.</param>
    /// <exception cref="LaunchException">A step failed; nothing is left behind.</exception>
    /// <exception cref="OperationCanceledException">The launch was cancelled; nothing is left behind.</exception>
    public static async Task<RunningVm> LaunchAsync(
        VmPlan plan, RuntimeBase runtime, PassedDevices passed, Action<string> tell, Action<string> step, Action<string, ProcessOutput> started, CancellationToken cancel)
    {
        var held = new UndoStack(tell);
        try
        {
            cancel.ThrowIfCancellationRequested();
            var directory = await ClaimAsync(plan, runtime, held, cancel).ConfigureAwait(false);
            AbandonedRuns.Remove(runtime);
            step($"the runtime directory is {directory.Path}");
            Record(plan, directory);
            foreach (var file in plan.Files)
                Write(directory.PathOf(file.Name), file.Content.Span);
            var made = plan.Children.Select(child => held.Add($"remove {child.Path}", Made.Child(child))).ToList();
            var receiver = await ListenAsync(plan.Vsock, directory, runtime, held, cancel).ConfigureAwait(false);
            var helpers = new List<RunningHelper>();
            var opener = new DescriptorOpener(held, directory, passed, helpers);
            foreach (var helper in plan.Helpers)
            {
                var running = await opener.OpenForAsync(helper.Descriptors, descriptors => RunningHelper.Start(helper, descriptors), cancel).ConfigureAwait(false);
                helpers.Add(held.Add($"end {helper.Subject}", running));
                started(helper.Subject, running.Supervised.Output);
                step($"started {helper.Subject}: {helper.Program}, process {running.Id}");
            }

            var process = await opener.OpenForAsync(plan.Descriptors, descriptors => QemuProcess.Start(plan, descriptors, held), cancel).ConfigureAwait(false);
            started(SupervisedProcess.QemuSubject, ProcessOutput.Of(process.Stderr));
            step($"started QEMU: {plan.Program}, process {process.Qemu.Id}");
            foreach (var file in made.Concat(opener.Made))
                file.Keep();
            return new RunningVm(plan, directory, process.Qemu, helpers, process.Stderr, opener.Sockets.Monitor!, opener.Terminal, held)
            {
                Overlays = opener.Overlays,
                Shell = opener.Sockets.Shell,
                Agent = opener.Sockets.Agent,
                Receivers = [.. new[] { receiver, opener.Sockets.Notify }.OfType<NotifyReceiver>()],
            };
        }
        catch
        {
            await held.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<RuntimeDirectoryHandle> ClaimAsync(VmPlan plan, RuntimeBase runtime, UndoStack held, CancellationToken cancel)
    {
        var step = $"claim the runtime directory {Path.Combine(runtime.Path, plan.Name)}";
        try
        {
            var problems = new List<Problem>();
            RuntimeDirectoryHandle? directory = null;
            // The start of another machine may hold the name, to remove what a killed run of it left.
            await Removal.UntilAsync(
                () =>
                {
                    problems.Clear();
                    directory = RuntimeDirectoryHandle.Claim(runtime, plan.Name, problems);
                    return directory is not null || !RuntimeDirectoryHandle.IsHeldBriefly(runtime, plan.Name);
                },
                cancel).ConfigureAwait(false);
            return held.Add(
                $"remove {directory?.Path}",
                directory ?? throw new LaunchException(step, string.Join("; ", problems.Select(problem => problem.Reason))));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException(step, FailureReason.Of(error), error);
        }
    }

    private static void Record(VmPlan plan, RuntimeDirectoryHandle directory)
    {
        try
        {
            directory.RecordElsewhere(
                [.. plan.Helpers.SelectMany(helper => helper.Descriptors).Concat(plan.Descriptors).Select(descriptor => descriptor.Source).OfType<ThrowAwayTree>().Select(tree => tree.Path)]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"record throw-away directories in {directory.Path}", FailureReason.Of(error), error);
        }
    }

    /// <summary>The receiver of the guest's notifications by vsock, which listens before the guest starts.</summary>
    private static async Task<NotifyReceiver?> ListenAsync(
        VsockPlan? vsock, RuntimeDirectoryHandle directory, RuntimeBase runtime, UndoStack held, CancellationToken cancel)
    {
        if (vsock is null)
            return null;
        var step = $"take the vsock context id {vsock.Cid}";
        try
        {
            if (vsock.Socket is not null)
                held.Add("let the vsock context id go", await ClaimCidAsync(runtime, vsock.Cid, cancel).ConfigureAwait(false) ?? throw new LaunchException(step, "another machine has just taken it (try again)"));
            if (vsock.NotifyPort is not { } port)
                return null;
            step = $"listen at vsock port {port} for the guest's reports";
            return held.Add("stop listening for the guest's reports", vsock.Socket is null
                ? NotifyReceiver.At(VsockListener.Bind(port), vsock.Cid)
                : NotifyReceiver.At(UnixListener.Bind(directory.PathOf(vsock.SocketFor(port)))));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException(step, FailureReason.Of(error), error);
        }
    }

    // The start of another machine may hold it, to remove what a killed run left.
    private static async Task<CidClaim?> ClaimCidAsync(RuntimeBase runtime, uint cid, CancellationToken cancel)
    {
        CidClaim? claim = null;
        await Removal.UntilAsync(() => (claim = CidClaim.TryTake(runtime, cid)) is not null, cancel).ConfigureAwait(false);
        return claim;
    }

    private static void Write(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            PrivateFiles.Write(path, content);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"write {path}", FailureReason.Of(error), error);
        }
    }
}
