using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Control.Service;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Varlink;
using Vmspawn.Volumes;

namespace Vmspawn;

/// <summary>A disk of a machine of another process, as its server reports it. What systemd-vmspawn's does not report is empty.</summary>
/// <param name="Name">Its name, by which requests name it.</param>
/// <param name="Type">The word for the device that the guest sees, such as <c>nvme</c>.</param>
/// <param name="IsReadOnly">Whether the guest may only read it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Serial">Its serial number in the guest.</param>
/// <param name="Port">The root port that it is in, or null.</param>
/// <param name="Guest">Its address in the guest, or null.</param>
/// <param name="Path">Its file, for messages.</param>
/// <param name="State">attached, attaching or detaching.</param>
public sealed record RunningDisk(string Name, string Type, bool IsReadOnly, long Size, string Serial, string? Port, string? Guest, string? Path, string State)
{
    /// <summary>The whole object as the server sent it; undefined where it sent none.</summary>
    public JsonElement Json { get; private init; }

    internal static RunningDisk Of(JsonElement from) => new(
        from.Text("name") ?? "",
        from.Text("type") ?? "",
        from.Flag("readOnly") ?? false,
        from.Number("size") ?? 0,
        from.Text("serial") ?? "",
        from.Text("port"),
        from.Text("guest"),
        from.Text("path"),
        from.Text("state") ?? "")
    {
        Json = from.Clone(),
    };
}

/// <summary>
/// The disks of a machine of another process. Files are opened by this process and with its permissions, and handed over. A wait that is cancelled
/// changes nothing: the request goes on.
/// </summary>
public sealed class RunningDisks
{
    /// <summary>Time limit for opening an image and adding or changing the device.</summary>
    private static readonly TimeSpan ChangeTime = TimeSpan.FromSeconds(30);

    /// <summary>The machine applies the time limit of a guest; this is the additional time for its answer.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly MachineConnection _machine;
    private readonly RunningMachineOptions _options;

    internal RunningDisks(MachineConnection machine, RunningMachineOptions options) => (_machine, _options) = (machine, options);

    /// <summary>All disks.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed; systemd-vmspawn's server lists none.</exception>
    public async Task<IReadOnlyList<RunningDisk>> ListAsync(CancellationToken cancellationToken = default)
    {
        _machine.Require(ControlInterfaces.Ours, "does not list its disks");
        using var reply = await _machine.CallAsync($"{ControlInterfaces.Ours}.ListStorage", cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. reply.Parameters.Items("storage").Select(RunningDisk.Of)];
    }

    /// <summary>Attaches a regular file or a block device.</summary>
    /// <param name="name">A name that no other disk has.</param>
    /// <param name="path">The file.</param>
    /// <param name="type">The device; null leaves it to the server, which takes virtio-blk.</param>
    /// <param name="readOnly">Whether the guest may only read it.</param>
    /// <param name="format">The image's format; null is raw, unless the content looks like another one, which is refused.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public async Task<RunningDisk> AttachAsync(
        string name, string path, DiskType? type = null, bool readOnly = false, ImageFormat? format = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(path);
        await _machine.AskForLifeAsync(cancellationToken).ConfigureAwait(false);
        using var file = Open(path, readOnly || type?.IsReadOnly() == true);
        return await AttachAsync(name, file, Path.GetFullPath(path), type, readOnly, format, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Acquires a volume of a storage provider and attaches it.</summary>
    /// <param name="volume">The volume.</param>
    /// <param name="name">A name that no other disk has; null is <see cref="VolumeRequest.Name"/>.</param>
    /// <param name="format">The image's format, as for a file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public async Task<RunningDisk> AttachAsync(VolumeRequest volume, string? name = null, ImageFormat? format = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(volume);
        await _machine.AskForLifeAsync(cancellationToken).ConfigureAwait(false);
        using var file = await AcquireAsync(volume, cancellationToken).ConfigureAwait(false);
        return await AttachAsync(name ?? volume.Name, file, volume.Name, volume.Type, volume.ReadOnly == true, format, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Detaches a disk; returns when the guest has released it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="limit">The guest's time limit; null is 30 s.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It is still attached; its removal may be requested again.</exception>
    public async Task DetachAsync(string name, TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        if (!await DetachAsync(name, wait: true, limit, cancellationToken).ConfigureAwait(false))
            throw RunningMachineErrors.Held(_machine.Name, name);
    }

    /// <summary>Requests that the guest releases a disk, and does not wait for that. systemd-vmspawn's server waits nevertheless.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="limit">The guest's time limit; null is 30 s.</param>
    /// <param name="cancellationToken">Ends the wait for the server's answer.</param>
    /// <returns>Whether the guest has released it.</returns>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public Task<bool> RequestDetachAsync(string name, TimeSpan? limit = null, CancellationToken cancellationToken = default) =>
        DetachAsync(name, wait: false, limit, cancellationToken);

    /// <summary>Replaces the file of a disk while the guest has it; only raw images.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="path">The new file, of the same size unless the disk is a CD.</param>
    /// <param name="readOnly">Whether it is opened for reading only; it is in any case for a disk that is known to be read-only.</param>
    /// <param name="format">Raw also replaces by a file that looks like another format.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RunningMachineException">It failed.</exception>
    public async Task<RunningDisk> ReplaceAsync(string name, string path, bool readOnly = false, ImageFormat? format = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(path);
        await _machine.AskForLifeAsync(cancellationToken).ConfigureAwait(false);
        var isReadOnly = readOnly
            || (_machine.IsOurs && (await ListAsync(cancellationToken).ConfigureAwait(false)).Any(disk => disk.Name == name && disk.IsReadOnly));
        using var file = Open(path, isReadOnly);
        using var reply = await _machine.CallAsync(
            _machine.IsOurs ? $"{ControlInterfaces.Ours}.Replace" : $"{ControlInterfaces.Instance}.ReplaceStorage",
            writer =>
            {
                writer.WriteNumber("fileDescriptorIndex"u8, 0);
                writer.WriteString("name"u8, name);
                if (!_machine.IsOurs)
                    return;
                writer.WriteString("path"u8, Path.GetFullPath(path));
                if (format is { } known)
                    writer.WriteString("format"u8, OptionWords.Of(known));
            },
            [file],
            ChangeTime,
            cancellationToken).ConfigureAwait(false);
        return DiskOf(reply, name, isReadOnly);
    }

    private async Task<RunningDisk> AttachAsync(
        string name, SafeFileHandle file, string path, DiskType? type, bool readOnly, ImageFormat? format, CancellationToken cancellationToken)
    {
        if (!_machine.IsOurs && format is not (null or ImageFormat.Raw))
            throw RunningMachineErrors.Lacks(_machine.Name, _machine.Server, "attaches raw images only");
        using var reply = await _machine.CallAsync(
            _machine.IsOurs ? $"{ControlInterfaces.Ours}.Attach" : $"{ControlInterfaces.Instance}.AddStorage",
            writer =>
            {
                writer.WriteNumber("fileDescriptorIndex"u8, 0);
                writer.WriteString("name"u8, name);
                if (type is { } device)
                    writer.WriteString("config"u8, OptionWords.Of(device));
                // systemd-vmspawn's server derives read-only from the descriptor's access mode.
                if (!_machine.IsOurs)
                    return;
                if (readOnly)
                    writer.WriteBoolean("readOnly"u8, true);
                if (format is { } known)
                    writer.WriteString("format"u8, OptionWords.Of(known));
                writer.WriteString("path"u8, path);
            },
            [file],
            ChangeTime,
            cancellationToken).ConfigureAwait(false);
        return DiskOf(reply, name, readOnly);
    }

    private async Task<bool> DetachAsync(string name, bool wait, TimeSpan? limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        await _machine.AskForLifeAsync(cancellationToken).ConfigureAwait(false);
        var time = limit ?? Control.Storage.DiskDetach.DefaultTimeout;
        if (!_machine.IsOurs)
        {
            using var removed = await _machine.CallAsync(
                $"{ControlInterfaces.Instance}.RemoveStorage", writer => writer.WriteString("name"u8, name), null, time + Grace, cancellationToken).ConfigureAwait(false);
            return true;
        }

        using var reply = await _machine.CallAsync(
            $"{ControlInterfaces.Ours}.Detach",
            writer =>
            {
                writer.WriteString("name"u8, name);
                writer.WriteBoolean("wait"u8, wait);
                writer.WriteNumber("timeoutUsec"u8, time.Ticks / TimeSpan.TicksPerMicrosecond);
            },
            null,
            time + Grace,
            cancellationToken).ConfigureAwait(false);
        return reply.Parameters.Flag("done") == true;
    }

    private async Task<SafeFileHandle> AcquireAsync(VolumeRequest volume, CancellationToken cancellationToken)
    {
        try
        {
            var socket = StorageProvider.SocketOf(_options.IsUser, _options.Environment.Variable, volume.Provider);
            return (await StorageProvider.AcquireAsync(socket, volume, cancellationToken).ConfigureAwait(false)).File;
        }
        catch (VolumeException refusal)
        {
            throw RunningMachineErrors.Unusable("volume", volume.Name, refusal.Message, cause: refusal);
        }
    }

    private static RunningDisk DiskOf(VarlinkReply reply, string name, bool readOnly) =>
        reply.Parameters.TryGetProperty("storage"u8, out var disk) ? RunningDisk.Of(disk) : new RunningDisk(name, "", readOnly, 0, "", null, null, null, "");

    private static SafeFileHandle Open(string path, bool readOnly)
    {
        SafeFileHandle file;
        try
        {
            file = OpenFile.Open(path, writable: !readOnly);
        }
        catch (LinuxException e) when (!readOnly && e.Errno is Errno.EACCES or Errno.EROFS or Errno.EPERM)
        {
            throw RunningMachineErrors.Unusable("file-open", path, $"it cannot be opened for writing ({e.Errno})", "read-only access needs less", e);
        }
        catch (LinuxException e)
        {
            throw RunningMachineErrors.Unusable("file-open", path, Reason(e.Errno), cause: e);
        }

        if (FileFacts.Of(file).Kind is FileKind.Regular or FileKind.Block)
            return file;
        file.Dispose();
        throw RunningMachineErrors.Unusable("file-kind", path, "this is neither a regular file nor a block device");
    }

    private static string Reason(Errno errno) => errno switch
    {
        Errno.EISDIR => "this is a directory",
        Errno.ENOENT or Errno.ENOTDIR => "there is no such file",
        _ => $"it cannot be opened ({errno})",
    };
}
