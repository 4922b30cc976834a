using System.Text;
using Vmspawn.CloudInit;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The seed disk for guests that are configured by cloud-init.</summary>
internal sealed class CloudInitResolver(VmOptions options, List<Problem> problems, List<string> notices)
{
    /// <summary>The limit for user data, above that of all clouds.</summary>
    private const int Largest = 16 << 20;

    /// <summary>A read-only disk after all others, or null when none is requested or it cannot be created.</summary>
    /// <param name="machine">The machine's name.</param>
    /// <param name="sshKeys">Public keys that log in to the guest.</param>
    /// <param name="cancel">Cancels the reading of pipes and sockets.</param>
    public async Task<DriveSpec?> ResolveAsync(string machine, IReadOnlyList<string> sshKeys, CancellationToken cancel)
    {
        if (options.CloudInit is not { } request)
            return null;
        if (await ReadAsync(request.UserData, cancel).ConfigureAwait(false) is not { } files)
            return null;
        if (files.TryGetValue(CloudInitSeed.UserData, out var userData) && !CloudInitSeed.IsKnownFormat(userData.Span))
            notices.Add($"--cloud-init={request.UserData}: cloud-init may ignore it: it begins with neither #cloud-config nor #! nor another of its formats");
        var volume = new CloudInitSeed(InstanceId(machine), machine, sshKeys, files).ToVolume();
        return new DriveSpec
        {
            Id = DeviceIds.CloudInit,
            Path = "cloud-init seed",
            Content = volume,
            Format = ImageFormat.Raw,
            // A CD has sectors of 2048 bytes, on which Linux mounts no FAT of 512.
            Type = options.ImageDiskType == DiskType.ScsiCd ? DiskType.VirtioScsi : options.ImageDiskType,
            Serial = "cidata",
            VirtualSize = volume.Length,
            ReadOnly = true,
        };
    }

    /// <summary>A file of user data, or a directory of files by cloud-init's names; null with a problem.</summary>
    private async Task<Dictionary<string, ReadOnlyMemory<byte>>?> ReadAsync(string? path, CancellationToken cancel)
    {
        var files = new Dictionary<string, ReadOnlyMemory<byte>>();
        if (path is null)
            return files;
        var isDirectory = Directory.Exists(path);
        foreach (var name in isDirectory ? CloudInitSeed.Names.Where(name => File.Exists(Path.Combine(path, name))) : [CloudInitSeed.UserData])
        {
            if (await ReadFileAsync(isDirectory ? Path.Combine(path, name) : path, cancel).ConfigureAwait(false) is not { } content)
                return null;
            files.Add(name, content);
        }

        if (files.Count > 0)
            return files;
        Refuse(path, $"the directory has none of {string.Join(", ", CloudInitSeed.Names)}", "name a file of user data, or leave it out");
        return null;
    }

    private async Task<byte[]?> ReadFileAsync(string path, CancellationToken cancel)
    {
        try
        {
            var content = await CredentialFile.ReadAsync(path, Largest + 1, cancel).ConfigureAwait(false);
            if (content.Length <= Largest)
                return content;
            Refuse(path, "is larger than 16 MiB", "let it fetch the rest in the guest");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refuse(path, $"cannot be read: {FailureReason.Of(error)}", null);
        }

        return null;
    }

    private void Refuse(string path, string text, string? hint) => problems.Add(new Problem("cloud-init", $"--cloud-init={path}", text, hint));

    /// <summary>The same for every run of an image; another image, or another UUID, is another instance.</summary>
    private string InstanceId(string machine)
    {
        if (options.Uuid is { } uuid)
            return $"vmspawn-{uuid:D}";
        var identity = options.Image is { } image ? Path.GetFullPath(image) : machine;
        return $"vmspawn-{Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(identity)))[..16]}";
    }
}
