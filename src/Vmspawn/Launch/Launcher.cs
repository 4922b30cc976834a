using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Options;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>The launch stage: carries a plan out step by step, and gives everything back when a step fails.</summary>
internal static class Launcher
{
    /// <param name="plan">What to start.</param>
    /// <param name="runtime">Where runtime directories go.</param>
    /// <param name="passed">Devices that were handed to us.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="LaunchException">A step failed; nothing is left behind.</exception>
    public static async Task<RunningVm> LaunchAsync(VmPlan plan, RuntimeBase runtime, PassedDevices passed, CancellationToken cancel)
    {
        var held = new UndoStack();
        try
        {
            var directory = held.Add(ClaimRuntimeDirectory(plan, runtime));
            foreach (var growth in plan.Growths)
                Grow(growth);

            foreach (var file in plan.Files)
                Write(directory.PathOf(file.Name), file.Content.Span);

            var children = plan.Children.Select(child => held.Add(ChildImage.Make(child))).ToList();
            var opener = new DescriptorOpener(held, directory, passed);
            var receiver = Listen(plan.Vsock, directory, runtime, held);
            var helpers = new List<RunningHelper>();
            foreach (var helper in plan.Helpers)
                helpers.Add(held.Add(opener.OpenFor(helper.Descriptors, descriptors => RunningHelper.Start(helper, descriptors))));
            foreach (var helper in helpers)
                await helper.AwaitSocketAsync(directory, cancel);
            cancel.ThrowIfCancellationRequested();
            var vm = opener.OpenFor(plan.Descriptors, descriptors => StartQemu(plan, directory, helpers, descriptors, opener, receiver, held));
            children.ForEach(child => child.Keep());
            return vm;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    private static RuntimeDirectoryHandle ClaimRuntimeDirectory(VmPlan plan, RuntimeBase runtime)
    {
        var problems = new List<Problem>();
        return RuntimeDirectoryHandle.Claim(runtime, plan.Name, problems)
            ?? throw new LaunchException("claim the runtime directory", string.Join("; ", problems));
    }

    /// <summary>What the guest reports to by vsock; it listens before there is a guest.</summary>
    private static NotifyReceiver? Listen(VsockPlan? vsock, RuntimeDirectoryHandle directory, RuntimeBase runtime, UndoStack held)
    {
        if (vsock is null)
            return null;
        if (vsock.Socket is not null)
            held.Add(CidClaim.TryTake(runtime, vsock.Cid)
                ?? throw new LaunchException($"take the vsock context id {vsock.Cid}", "another machine has just taken it (try again)"));
        if (vsock.NotifyPort is not { } port)
            return null;
        try
        {
            return held.Add(vsock.Socket is null
                ? NotifyReceiver.At(VsockListener.Bind(port), vsock.Cid)
                : NotifyReceiver.At(UnixListener.Bind(directory.PathOf(vsock.SocketFor(port)))));
        }
        catch (LinuxException error)
        {
            throw new LaunchException($"listen at vsock port {port} for the guest's reports", error.Message, error);
        }
    }

    private static void Write(string path, ReadOnlySpan<byte> content)
    {
        var onlyOurs = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        try
        {
            using var file = new FileStream(path, onlyOurs);
            file.Write(content);
        }
        catch (IOException error)
        {
            throw new LaunchException($"write {path}", error.Message, error);
        }
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
        NotifyReceiver? receiver,
        UndoStack held)
    {
        var errors = held.Add(Pipe.Create());
        var isNative = plan.Console == ConsoleMode.Native;
        var spec = new ChildSpec(plan.Program, plan.Arguments)
        {
            Descriptors = descriptors,
            Environment = ChildEnvironment.Variables,
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
            return new RunningVm(plan, directory, qemu, helpers, tail, opener.Monitor!, opener.Terminal, held)
            {
                Receivers = [.. new[] { receiver, opener.Notify }.OfType<NotifyReceiver>()],
            };
        }
        catch (LinuxException error)
        {
            throw new LaunchException($"start {plan.Program}", error.Message, error);
        }
    }
}
