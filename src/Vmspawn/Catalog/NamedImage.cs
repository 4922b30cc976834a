using System.Runtime.InteropServices;

namespace Vmspawn.Catalog;

/// <summary>An image by its name in the catalogue or the store, which is looked up when it is needed.</summary>
internal sealed class NamedImage(VmImageStore store, ImageCatalogue catalogue, string name, Architecture? architecture) : VmImage
{
    public override string Name => name;

    public override Task<VmImageFiles> PrepareAsync(IProgress<VmImageProgress>? progress = null, CancellationToken cancellationToken = default) =>
        TakeAsync(renew: false, progress, cancellationToken);

    /// <summary>The files; with <paramref name="renew"/> of the newest version.</summary>
    public async Task<VmImageFiles> TakeAsync(bool renew, IProgress<VmImageProgress>? progress, CancellationToken cancel)
    {
        var known = catalogue.Read();
        if (known.FirstOrDefault(one => one.Name == name) is { } entry)
        {
            var image = Of(entry);
            return renew
                ? await image.RenewAsync(store, image.StoredName, progress, cancel).ConfigureAwait(false)
                : await image.PrepareAsync(store, progress, cancel).ConfigureAwait(false);
        }

        if (StoredFiles.All(store.Directory).FirstOrDefault(one => one.Name == name) is { } built)
            return built.Files();
        throw new VmImageException(name, "there is no image of this name; \"vmspawn image list\" shows those that there are");
    }

    private StoredImage Of(CatalogueImage entry)
    {
        var wanted = architecture ?? RuntimeInformation.OSArchitecture;
        var stored = wanted == RuntimeInformation.OSArchitecture ? name : $"{name}.{wanted}".ToLowerInvariant();
        if (entry.Files.Count == 0)
        {
            return wanted == RuntimeInformation.OSArchitecture
                ? new BusyboxImage()
                : throw new VmImageException(name, $"it has this host's kernel, which does not run on {wanted}");
        }

        if (entry.Files.FirstOrDefault(file => file.Architecture == wanted) is not { } found)
            throw new VmImageException(name, $"the catalogue has no file of it for {wanted}");
        return found.Checksum is { } checksum
            ? new DownloadedImage(found.Address, checksum, stored) { HasCloudInit = entry.HasCloudInit }
            : new DownloadedImage(found.Address, found.Checksums!, stored) { HasCloudInit = entry.HasCloudInit };
    }
}
