using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Notify;
using Vmspawn.Plan;
using Vmspawn.Trees;
using Vmspawn.Volumes;

namespace Vmspawn.Launch;

/// <summary>Opens what the plan hands to QEMU and its helpers, and keeps our ends of what has two.</summary>
internal sealed class DescriptorOpener(UndoStack held, RuntimeDirectoryHandle directory, PassedDevices passed)
{
    /// <summary>Ends of socket pairs whose other end has been handed out.</summary>
    private readonly Dictionary<string, SafeFileHandle> _otherEnds = [];

    /// <summary>Our end of the monitor's socket.</summary>
    public UnixConnection? Monitor { get; private set; }

    /// <summary>The file of EFI variables when it was made here, else null.</summary>
    public MadeFile? MadeNvram { get; private set; }

    /// <summary>Our end of the virtio port for the guest's reports.</summary>
    public NotifyReceiver? Notify { get; private set; }

    /// <summary>Our end of the console.</summary>
    public PseudoTerminal? Terminal { get; private set; }

    /// <summary>Opens one program's descriptors for as long as it takes to start it: it has its own copies then.</summary>
    /// <exception cref="LaunchException">One cannot be opened.</exception>
    public T OpenFor<T>(IReadOnlyList<DescriptorPlan> plans, Func<IReadOnlyList<ChildDescriptor>, T> start)
    {
        var descriptors = new List<ChildDescriptor>();
        try
        {
            foreach (var plan in plans)
                descriptors.Add(Open(plan));
            return start(descriptors);
        }
        finally
        {
            descriptors.ForEach(descriptor => descriptor.Handle.Dispose());
        }
    }

    private ChildDescriptor Open(DescriptorPlan plan)
    {
        try
        {
            return new ChildDescriptor(plan.Number, Open(plan.Source));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"open {Describe(plan)}", FailureReason.Of(error), error);
        }
    }

    private SafeHandle Open(DescriptorSource source)
    {
        switch (source)
        {
            case OpenedFile file:
                return ImageOpener.Open(file);
            case StorageVolume volume:
                return Acquire(volume);
            case AnonymousOverlay overlay:
                var top = new OverlayPlace(overlay.Directory).CreateAnonymous();
                QcowOverlay.Write(top, overlay.VirtualSize);
                return top;
            case JoinedFiles joined:
                return Join(joined);
            case FilesInImage files:
                return ImageFiles.Copy(files);
            case KeptNvram nvram:
                return OpenNvram(nvram);
            case ForgottenNvram nvram:
                return NvramFile.OpenForgotten(nvram);
            case MemoryBytes bytes:
                return MemoryFile.Create("vmspawn", bytes.Content.Span);
            case TapDevice tap:
                return TapOpener.Open(tap);
            case MonitorSocket:
                var (ours, theirs) = UnixConnection.CreatePair();
                Monitor = held.Add(ours);
                return theirs;
            case ConsoleTerminal:
                Terminal = held.Add(PseudoTerminal.Create());
                return Terminal.Slave;
            case NotifyPort:
                var (port, qemus) = UnixConnection.CreatePair();
                Notify = held.Add(NotifyReceiver.Over(port));
                return qemus;
            case RuntimeDirectory:
                return OpenFile.Directory(directory.Path);
            case HelperSocket socket:
                return UnixConnection.ConnectPlain(directory.PathOf(socket.Name));
            case VhostVsockDevice vsock:
                return OpenVsock(vsock);
            case PassedKvm:
                return passed.Kvm ?? throw new LaunchException("use the KVM device that was passed", "there is none");
            case SocketEnd end:
                return TakeEnd(end.Pair);
            case FileInTree file:
                return OpenInTree(file);
            case LockedTree tree:
                return TreeLock.Take(tree.Path, tree.IsShared);
            case ThrowAwayTree tree:
                return held.Add(ThrowAwayDirectory.Make(tree.Path, tree.CopyOf)).TakeLock();
            case ListeningEnd end:
                return Listen(end.Pair);
            case TpmStateDirectory state:
                return OpenTpm(state);
            default:
                throw new ArgumentOutOfRangeException(nameof(source), source, null);
        }
    }

    private static SafeFileHandle Acquire(StorageVolume volume)
    {
        var (file, readOnly) = StorageProvider.AcquireAsync(volume.Socket, volume.Wish).GetAwaiter().GetResult();
        var isBlock = FileFacts.Of(file).Kind == FileKind.Block;
        if (isBlock == volume.Wish.AsBlockDevice && (!readOnly || volume.Wish.ReadOnly == true))
            return file;
        file.Dispose();
        throw new VolumeException(
            isBlock == volume.Wish.AsBlockDevice ? "its provider gave it for reading only (say read-only=yes)" : $"its provider gave a {(isBlock ? "block device" : "regular file")} (say request-as={(isBlock ? "blk" : "reg")})");
    }

    private SafeFileHandle TakeEnd(string pair)
    {
        if (_otherEnds.Remove(pair, out var other))
            return other;
        var (one, kept) = SocketPair.Create();
        _otherEnds.Add(pair, held.Add(kept));
        return one;
    }

    private static SafeFileHandle OpenInTree(FileInTree file)
    {
        using var tree = ConfinedTree.Open(file.Tree);
        return tree.OpenRead(file.Path) ?? throw new LaunchException($"open {file.Path} in {file.Tree}", "it has gone since it was looked at");
    }

    private SafeFileHandle Listen(string pair)
    {
        var (listener, connection) = QueuedConnection.Create(directory.PathOf("queued"));
        _otherEnds.Add(pair, held.Add(connection));
        return listener;
    }

    private SafeFileHandle OpenVsock(VhostVsockDevice vsock)
    {
        var device = vsock.IsPassed && passed.VhostVsock is { } given ? given : OpenFile.Open(VhostVsock.Device, writable: true);
        if (VhostVsock.TryTakeCid(device, vsock.Cid))
            return device;
        device.Dispose();
        throw new LaunchException($"take the vsock context id {vsock.Cid}", "another machine has just taken it (try again)");
    }

    private SafeFileHandle OpenTpm(TpmStateDirectory state)
    {
        var workshop = directory.PathOf("tpm-workshop");
        try
        {
            return TpmState.Open(state, workshop);
        }
        finally
        {
            if (Directory.Exists(workshop))
                Directory.Delete(workshop, recursive: true);
        }
    }

    private SafeFileHandle OpenNvram(KeptNvram nvram)
    {
        var file = NvramFile.Open(nvram, out var made);
        MadeNvram = made is null ? null : held.Add(made);
        return file;
    }

    private static SafeFileHandle Join(JoinedFiles joined)
    {
        var file = new OverlayPlace(joined.Directory).CreateAnonymous();
        using var tree = joined.Tree is null ? null : ConfinedTree.Open(joined.Tree);
        new InitrdFacts(joined.Paths).WriteTo(file, tree);
        ArchiveTail.Append(file, joined.Tail.Span);
        return file;
    }

    private static string Describe(DescriptorPlan plan) => plan.Source switch
    {
        OpenedFile file => file.Path,
        FileInTree file => $"{file.Path} in {file.Tree}",
        LockedTree tree => tree.Path,
        ThrowAwayTree tree => tree.Path,
        FilesInImage files => $"files of {files.Image} in {files.Directory}",
        KeptNvram nvram => nvram.Path,
        ForgottenNvram => "a throw-away copy of the EFI variables' template",
        HelperSocket socket => $"the helper's socket {socket.Name}",
        TapDevice tap => $"the TAP device {tap.Interface}",
        StorageVolume volume => $"the volume {volume.Wish.Name}",
        AnonymousOverlay overlay => $"a throw-away overlay in {overlay.Directory}",
        JoinedFiles joined => $"a file for the joined initrds in {joined.Directory}",
        TpmStateDirectory state => $"the TPM's state in {state.Path}",
        _ => plan.Slot,
    };
}
