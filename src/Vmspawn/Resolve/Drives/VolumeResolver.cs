using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Spec;
using Vmspawn.Volumes;

namespace Vmspawn.Resolve;

/// <summary>Queries storage providers about volumes; no volume is created or opened before the launch.</summary>
internal sealed class VolumeResolver(VmOptions options, bool isUser, ProcessContext process, List<Problem> problems)
{
    public async Task<IReadOnlyList<DriveSpec>> ResolveAsync(CancellationToken cancel)
    {
        var drives = new List<DriveSpec>();
        for (var i = 0; i < options.Volumes.Count; i++)
        {
            if (await ResolveAsync(options.Volumes[i], i, cancel).ConfigureAwait(false) is { } drive)
                drives.Add(drive);
        }

        return drives;
    }

    private async Task<DriveSpec?> ResolveAsync(VolumeRequest request, int index, CancellationToken cancel)
    {
        var subject = $"--bind-volume={request.Name}";
        var socket = StorageProvider.SocketOf(isUser, process.Environment, request.Provider);
        VolumeFacts? facts;
        try
        {
            facts = await StorageProvider.FindAsync(socket, request.Volume, cancel).ConfigureAwait(false);
        }
        catch (VolumeException error)
        {
            problems.Add(new Problem("volume-provider", subject, error.Message, "\"vmspawn doctor\" lists the providers"));
            return null;
        }

        var readOnly = request.ReadOnly ?? facts is { ReadOnly: true };
        if (Refuse(request, facts, readOnly) is { } refusal)
        {
            problems.Add(refusal with { Subject = subject });
            return null;
        }

        var isBlock = request.AsBlockDevice ?? facts?.IsBlockDevice ?? request.Volume.StartsWith("/dev/", StringComparison.Ordinal);
        return new DriveSpec
        {
            Id = DeviceIds.Volume(index),
            Path = request.Name,
            Volume = new VolumeSpec(socket, request with { ReadOnly = readOnly, AsBlockDevice = isBlock }),
            Format = ImageFormat.Raw,
            Type = request.Type,
            Serial = DiskSerial.For(request.Volume, request.Type),
            VirtualSize = facts?.Size ?? request.Size ?? 0,
            IsBlockDevice = isBlock,
            ReadOnly = readOnly,
            Discard = options.DiscardDisk && !readOnly,
        };
    }

    private Problem? Refuse(VolumeRequest request, VolumeFacts? facts, bool readOnly)
    {
        if (facts is { IsDirectory: true })
            return new Problem("volume-directory", "", "this volume is a directory, and a disk needs a file or a block device");
        if (facts is null && request.Create == VolumeCreation.Open)
            return new Problem("volume-missing", "", $"there is no volume {request.Volume}", "create=any makes one");
        if (facts is not null && request.Create == VolumeCreation.New)
            return new Problem("volume-exists", "", $"there is a volume {request.Volume} already, and create=new wants none");
        return options.Ephemeral && !readOnly
            ? new Problem("volume-ephemeral", "", "an ephemeral machine discards writes, but writes to a volume are permanent", "use read-only=yes, or omit -x")
            : null;
    }
}
