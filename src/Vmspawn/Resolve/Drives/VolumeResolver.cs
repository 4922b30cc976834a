using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Spec;
using Vmspawn.Volumes;

namespace Vmspawn.Resolve;

/// <summary>Asks storage providers about volumes; nothing is made or opened before the launch.</summary>
internal sealed class VolumeResolver(VmOptions options, bool isUser, ProcessContext surroundings, List<Problem> problems)
{
    public async Task<IReadOnlyList<DriveSpec>> ResolveAsync(CancellationToken cancel)
    {
        var drives = new List<DriveSpec>();
        for (var i = 0; i < options.Volumes.Count; i++)
        {
            if (await ResolveAsync(options.Volumes[i], i, cancel) is { } drive)
                drives.Add(drive);
        }

        return drives;
    }

    private async Task<DriveSpec?> ResolveAsync(VolumeRequest wish, int index, CancellationToken cancel)
    {
        var subject = $"--bind-volume={wish.Name}";
        var socket = StorageProvider.SocketOf(isUser, surroundings.Environment, wish.Provider);
        VolumeFacts? facts;
        try
        {
            facts = await StorageProvider.FindAsync(socket, wish.Volume, cancel);
        }
        catch (VolumeException error)
        {
            problems.Add(new Problem("volume-provider", subject, error.Message, "\"vmspawn doctor\" lists the providers"));
            return null;
        }

        var readOnly = wish.ReadOnly ?? facts is { ReadOnly: true };
        if (Refuse(wish, facts, readOnly) is { } refusal)
        {
            problems.Add(refusal with { Subject = subject });
            return null;
        }

        var isBlock = wish.AsBlockDevice ?? facts?.IsBlockDevice ?? wish.Volume.StartsWith("/dev/", StringComparison.Ordinal);
        return new DriveSpec
        {
            Id = DeviceIds.Volume(index),
            Path = wish.Name,
            Volume = new VolumeSpec(socket, wish with { ReadOnly = readOnly, AsBlockDevice = isBlock }),
            Format = ImageFormat.Raw,
            Type = wish.Type,
            Serial = DiskSerial.For(wish.Volume, wish.Type),
            VirtualSize = facts?.Size ?? wish.Size ?? 0,
            IsBlockDevice = isBlock,
            ReadOnly = readOnly,
            Discard = options.DiscardDisk && !readOnly,
        };
    }

    private Problem? Refuse(VolumeRequest wish, VolumeFacts? facts, bool readOnly)
    {
        if (facts is { IsDirectory: true })
            return new Problem("volume-directory", "", "this volume is a directory, and a disk needs a file or a block device");
        if (facts is null && wish.Create == VolumeCreation.Open)
            return new Problem("volume-missing", "", $"there is no volume {wish.Volume}", "create=any makes one");
        if (facts is not null && wish.Create == VolumeCreation.New)
            return new Problem("volume-exists", "", $"there is a volume {wish.Volume} already, and create=new wants none");
        return options.Ephemeral && !readOnly
            ? new Problem("volume-ephemeral", "", "an ephemeral machine writes nothing back, and what is written to a volume stays", "say read-only=yes, or leave -x out")
            : null;
    }
}
