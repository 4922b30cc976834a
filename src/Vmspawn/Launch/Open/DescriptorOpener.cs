using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Trees;

namespace Vmspawn.Launch;

/// <summary>Opens the descriptors that QEMU and its helpers are started with.</summary>
/// <param name="held">Receives the objects that vmspawn keeps open.</param>
/// <param name="directory">The runtime directory.</param>
/// <param name="passed">Devices that were passed to vmspawn.</param>
/// <param name="helpers">The helpers that have been started so far.</param>
internal sealed class DescriptorOpener(UndoStack held, RuntimeDirectoryHandle directory, PassedDevices passed, IReadOnlyList<RunningHelper> helpers)
{
    private readonly List<Made> _made = [];
    private readonly Dictionary<string, SafeFileHandle> _overlays = [];
    private readonly HelperConnection _helper = new(directory, helpers, new LockWait(HelperConnection.Bound));

    /// <summary>Sockets between the programs and vmspawn.</summary>
    public SocketEnds Sockets { get; } = new(held, directory);

    /// <summary>The user's files and directories that were created here; they are added to the held objects as well.</summary>
    public IReadOnlyList<Made> Made => _made;

    /// <summary>The throw-away overlays by their slots: they have no name, and a snapshot copies them.</summary>
    public IReadOnlyDictionary<string, SafeFileHandle> Overlays => _overlays;

    /// <summary>vmspawn's end of the console.</summary>
    public PseudoTerminal? Terminal { get; private set; }

    /// <summary>Opens one program's descriptors until it was started: then it has copies of its own.</summary>
    /// <exception cref="LaunchException">One cannot be opened.</exception>
    /// <exception cref="OperationCanceledException">The launch was cancelled.</exception>
    public async Task<T> OpenForAsync<T>(IReadOnlyList<DescriptorPlan> plans, Func<IReadOnlyList<ChildDescriptor>, T> start, CancellationToken cancel)
    {
        var descriptors = new List<ChildDescriptor>();
        try
        {
            foreach (var plan in plans)
            {
                cancel.ThrowIfCancellationRequested();
                descriptors.Add(new ChildDescriptor(plan.Number, await OpenAsync(plan, cancel).ConfigureAwait(false)));
            }

            return start(descriptors);
        }
        finally
        {
            descriptors.ForEach(descriptor => descriptor.Handle.Dispose());
        }
    }

    private async Task<SafeHandle> OpenAsync(DescriptorPlan plan, CancellationToken cancel)
    {
        try
        {
            return await OpenAsync(plan.Slot, plan.Source, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"open {plan.Subject}", FailureReason.Of(error), error);
        }
    }

    private async Task<SafeHandle> OpenAsync(string slot, DescriptorSource source, CancellationToken cancel) => source switch
    {
        OpenedFile file => SameFile.Open(file.Path, !file.ReadOnly, file.Identity),
        StorageVolume volume => await DiskFiles.AcquireAsync(volume, cancel).ConfigureAwait(false),
        AnonymousOverlay overlay => Keep(slot, DiskFiles.Overlay(overlay)),
        FrozenMemory memory => MemoryReader.Open(memory, held),
        JoinedFiles joined => DiskFiles.Join(joined),
        FilesInImage files => ImageFiles.Copy(files, cancel),
        KeptNvram nvram => await NvramFile.OpenAsync(nvram, made => Hold(nvram.Path, made), cancel).ConfigureAwait(false),
        ForgottenNvram nvram => NvramFile.OpenForgotten(nvram),
        MemoryBytes bytes => MemoryFile.Create("vmspawn", bytes.Content.Span),
        TapDevice tap => TapOpener.Open(tap),
        MonitorSocket => Sockets.OpenMonitor(),
        NotifyPort => Sockets.OpenNotify(),
        ShellSocket => Sockets.OpenShell(),
        AgentSocket => Sockets.OpenAgent(),
        SocketEnd end => Sockets.Take(end),
        ListeningEnd end => Sockets.Listen(end),
        HelperSocket socket => await _helper.OpenAsync(socket, cancel).ConfigureAwait(false),
        ConsoleTerminal => OpenTerminal(),
        RuntimeDirectory => OpenFile.Directory(directory.Path),
        VhostVsockDevice vsock => VsockDevice.Open(vsock, passed),
        PassedKvm => passed.Kvm ?? throw new LaunchException("use the KVM device that was passed", "there is none"),
        FileInTree file => TreeFiles.Open(file),
        LockedTree tree => await TreeLock.TakeAsync(tree.Path, tree.IsShared, cancel).ConfigureAwait(false),
        ThrowAwayTree tree => await TreeFiles.MakeThrowAwayAsync(tree, held, cancel).ConfigureAwait(false),
        TpmStateDirectory state => await TpmState.OpenAsync(state, directory.Path, made => Hold(state.Path, made), held, cancel).ConfigureAwait(false),
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, null),
    };

    private SafeFileHandle OpenTerminal()
    {
        Terminal = held.Add("close the console", PseudoTerminal.Create());
        return Terminal.Slave;
    }

    private SafeFileHandle Keep(string slot, SafeFileHandle overlay)
    {
        try
        {
            _overlays[slot] = held.Add("close a throw-away overlay", OpenFile.Duplicate(overlay));
            return overlay;
        }
        catch
        {
            overlay.Dispose();
            throw;
        }
    }

    private void Hold(string path, Made made) => _made.Add(held.Add($"remove {path}", made));
}
