namespace Vmspawn.Catalog;

/// <summary>An image that is downloaded or built, and kept in the store.</summary>
internal abstract class StoredImage : VmImage
{
    /// <summary>Its name in the store.</summary>
    public abstract string StoredName { get; }

    /// <summary>Whether the version can be told without the network, so that it is told each time; else what is stored is used.</summary>
    protected abstract bool IsPinned { get; }

    public sealed override Task<VmImageFiles> PrepareAsync(IProgress<VmImageProgress>? progress = null, CancellationToken cancellationToken = default) =>
        PrepareAsync(VmImageStore.Open(), progress, cancellationToken);

    /// <summary>The stored version, or a new one.</summary>
    public async Task<VmImageFiles> PrepareAsync(VmImageStore store, IProgress<VmImageProgress>? progress, CancellationToken cancel)
    {
        if (!IsPinned && StoredFiles.All(store.Directory).FirstOrDefault(one => one.Name == StoredName) is { } stored)
            return stored.Files();
        return await RenewAsync(store, StoredName, progress, cancel).ConfigureAwait(false);
    }

    /// <summary>The newest version, under a name; what is stored is used only if it is the newest.</summary>
    public async Task<VmImageFiles> RenewAsync(VmImageStore store, string name, IProgress<VmImageProgress>? progress, CancellationToken cancel)
    {
        var version = await VersionAsync(cancel).ConfigureAwait(false);
        return await store.MakeAsync(
            name,
            version.Id,
            async (directory, end) => new StoredFiles
            {
                Name = name,
                Id = version.Id,
                Origin = version.Origin,
                Content = await version.MakeAsync(new ImageDraft(name, store.PartOf(name), directory, progress), end).ConfigureAwait(false),
            },
            cancel).ConfigureAwait(false);
    }

    /// <summary>What would be made now.</summary>
    protected abstract Task<ImageVersion> VersionAsync(CancellationToken cancel);
}

/// <summary>A version of an image that can be made.</summary>
/// <param name="Id">What tells it from others, as a part of a file name.</param>
/// <param name="Origin">Where it is from, for people.</param>
/// <param name="MakeAsync">Makes it; the result has names of files in the draft's directory.</param>
internal sealed record ImageVersion(string Id, string Origin, Func<ImageDraft, CancellationToken, Task<VmImageFiles>> MakeAsync);

/// <summary>Where an image is made.</summary>
/// <param name="Name">The name that it gets. A disk's file is called so, because a machine's name is made of it.</param>
/// <param name="Part">The file for a download.</param>
/// <param name="Directory">The directory for its files.</param>
/// <param name="Progress">Is told how far it is; null when nobody listens.</param>
internal sealed record ImageDraft(string Name, PartialFile Part, string Directory, IProgress<VmImageProgress>? Progress)
{
    /// <summary>Tells how far a step is.</summary>
    public void Tell(string step, long done = 0, long? total = null) => Progress?.Report(new VmImageProgress(step, done, total));

    /// <summary>The path of a file.</summary>
    public string this[string name] => Path.Combine(Directory, name);
}
