using Vmspawn.Catalog;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn;

/// <summary>
/// Where downloaded and built images are kept for all processes of a user. They are never changed: machines write to throw-away overlays of them or to children.
/// </summary>
public sealed class VmImageStore
{
    /// <summary>The environment variable with the directory of the store, an absolute path.</summary>
    public const string DirectoryVariable = "VMSPAWN_IMAGES";

    /// <summary>How long another process that makes the same image is waited for.</summary>
    private static readonly LockWait OtherMaker = new(TimeSpan.FromHours(12));

    private readonly ImageCatalogue _catalogue;

    private VmImageStore(string directory, ImageCatalogue catalogue) => (Directory, _catalogue) = (directory, catalogue);

    /// <summary>The directory.</summary>
    public string Directory { get; }

    /// <summary>
    /// The store of this user: <c>$VMSPAWN_IMAGES</c>, else the directory <c>images</c> in <c>/var/cache/vmspawn</c> for root and in
    /// <c>$XDG_CACHE_HOME/vmspawn</c> or <c>~/.cache/vmspawn</c> for others.
    /// </summary>
    /// <param name="environment">Reads one environment variable; null for this process's.</param>
    /// <exception cref="VmImageException">None of them is set.</exception>
    public static VmImageStore Open(Func<string, string?>? environment = null)
    {
        var variable = environment ?? Environment.GetEnvironmentVariable;
        var directory = variable(DirectoryVariable) is ['/', ..] given ? given
            : CacheDirectory.Of(HostProbe.EffectiveUser, variable) is { } cache ? Path.Combine(cache, "images")
            : throw new VmImageException("images", $"there is no place for them: neither $HOME nor ${DirectoryVariable} is set");
        return new VmImageStore(directory, ImageCatalogue.Open(variable));
    }

    /// <summary>All images: the names of the catalogue, whether they are there or not, and what is stored besides.</summary>
    /// <exception cref="VmImageException">A catalogue of the user's cannot be read.</exception>
    public IReadOnlyList<VmImageEntry> List()
    {
        var stored = StoredFiles.All(Directory).ToLookup(one => one.Name);
        var known = _catalogue.Read();
        var named = known.Select(one => new VmImageEntry(one.Name, one.Description, [.. stored[one.Name].Select(Version)]));
        var others = stored.Where(group => known.All(one => one.Name != group.Key))
            .Select(group => new VmImageEntry(group.Key, group.First().Origin, [.. group.Select(Version)]));
        return [.. named, .. others.OrderBy(one => one.Name, StringComparer.Ordinal)];

        static VmImageVersion Version(StoredFiles files) => new(files.Id, files.Made, files.SizeOnDisk(), files.Origin);
    }

    /// <summary>The image of a name, of the catalogue or of a build.</summary>
    /// <param name="name">The name.</param>
    /// <param name="architecture">The architecture of the guest; null for the host's.</param>
    public VmImage Named(string name, System.Runtime.InteropServices.Architecture? architecture = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new NamedImage(this, _catalogue, name, architecture);
    }

    /// <summary>Makes the newest version of an image available: downloads it if the server has another one than the store.</summary>
    /// <param name="image">An image that is downloaded or built; of others, this is <see cref="VmImage.PrepareAsync"/>.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="VmImageException">It cannot be made available.</exception>
    public Task<VmImageFiles> PullAsync(VmImage image, IProgress<VmImageProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image switch
        {
            NamedImage named => named.TakeAsync(renew: true, progress, cancellationToken),
            MkosiImage built => built.TakeAsync(renew: true, progress, cancellationToken),
            StoredImage stored => stored.RenewAsync(this, stored.StoredName, progress, cancellationToken),
            _ => image.PrepareAsync(progress, cancellationToken),
        };
    }

    /// <summary>Builds an image and gives it a name for <see cref="Named"/>.</summary>
    /// <param name="name">The name: lower-case letters, digits, <c>.</c>, <c>-</c> and <c>_</c>, with a letter first.</param>
    /// <param name="image">What is built or downloaded; an image that is made elsewhere, as by mkosi, is copied.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="VmImageException">The name is taken by the catalogue or invalid, or the image cannot be built.</exception>
    public async Task<VmImageFiles> BuildAsync(string name, VmImage image, IProgress<VmImageProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (!ImageName.IsValid(name))
            throw new VmImageException(name, "this is no name for an image: it has lower-case letters, digits, \".\", \"-\" and \"_\", and a letter first");
        if (_catalogue.Read().Any(one => one.Name == name))
            throw new VmImageException(name, "the catalogue has an image of this name");
        var stored = image as StoredImage ?? new CopiedImage(image, cancel => PullAsync(image, progress, cancel));
        return await stored.RenewAsync(this, name, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes all versions of an image and what an interrupted download has left.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Cancels the wait for a process that makes it.</param>
    /// <returns>False when there was nothing.</returns>
    /// <exception cref="VmImageException">It cannot be removed.</exception>
    /// <remarks>Machines that run from its disk keep it until their end. Disks that are children of it cannot be used any more.</remarks>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellationToken = default)
    {
        if (!ImageName.IsStored(name) || !System.IO.Directory.Exists(Directory))
            return false;
        try
        {
            using var mine = await LockAsync(name, cancellationToken).ConfigureAwait(false);
            var part = PartOf(name);
            var found = File.Exists(part.Path);
            part.Remove();
            foreach (var files in StoredFiles.All(Directory).Where(one => one.Name == name))
            {
                using var taken = Draft.TryTakeAway(files.Directory);
                taken?.Remove();
                found = true;
            }

            return found;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VmImageException(name, $"it cannot be removed: {FailureReason.Of(error)}", error);
        }
    }

    /// <summary>Makes a version of an image unless the store has it.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="id">The version's.</param>
    /// <param name="make">Makes the files in a directory, and returns what they are.</param>
    /// <param name="cancel">Cancels it.</param>
    internal async Task<VmImageFiles> MakeAsync(string name, string id, Func<string, CancellationToken, Task<StoredFiles>> make, CancellationToken cancel)
    {
        try
        {
            System.IO.Directory.CreateDirectory(Directory, PrivateFiles.DirectoryMode);
            using var mine = await LockAsync(name, cancel).ConfigureAwait(false);
            var place = StoredFiles.PlaceOf(Directory, name, id);
            if (StoredFiles.Read(place) is { } there)
                return there.Files();
            // Something else may have this name, such as the remains of an older version's format.
            Draft.TryTakeAway(place)?.Dispose();
            using var draft = Draft.CreateDirectory(Directory);
            var made = await make(draft.Path, cancel).ConfigureAwait(false);
            made.Write(draft.Path);
            if (!draft.TryGiveName(place))
                throw new VmImageException(name, $"{place} appeared while it was made");
            return StoredFiles.Read(place)?.Files() ?? throw new VmImageException(name, $"{place} was removed while it was made");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VmImageException(name, $"it cannot be kept in {Directory}: {FailureReason.Of(error)}", error);
        }
    }

    /// <summary>The file that a download of an image is written to; only for the holder of the image's lock.</summary>
    internal PartialFile PartOf(string name) => new(Path.Combine(Directory, $".part-{name}"));

    private async Task<IDisposable> LockAsync(string name, CancellationToken cancel)
    {
        var path = Path.Combine(Directory, $".lock-{name}");
        Microsoft.Win32.SafeHandles.SafeFileHandle? taken = null;
        if (!await OtherMaker.UntilAsync(() => (taken = NameLock.TryTake(path)) is not null, cancel).ConfigureAwait(false))
            throw new VmImageException(name, $"another process makes it and does not end; it holds {path}");
        return new HeldLock(path, taken!);
    }

    private sealed class HeldLock(string path, Microsoft.Win32.SafeHandles.SafeFileHandle handle) : IDisposable
    {
        public void Dispose()
        {
            File.Delete(path);
            handle.Dispose();
        }
    }
}

/// <summary>An image of the catalogue or the store.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is.</param>
/// <param name="Versions">What the store has of it, the newest first; empty if it would be downloaded.</param>
public sealed record VmImageEntry(string Name, string Description, IReadOnlyList<VmImageVersion> Versions);

/// <summary>A stored version of an image.</summary>
/// <param name="Id">What tells it from others: the start of a checksum for a download.</param>
/// <param name="Made">When it was downloaded or built.</param>
/// <param name="Size">The bytes that it takes on the disk.</param>
/// <param name="Origin">The address or how it was built.</param>
public sealed record VmImageVersion(string Id, DateTimeOffset Made, long Size, string Origin);
