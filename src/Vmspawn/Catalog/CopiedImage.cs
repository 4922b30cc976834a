namespace Vmspawn.Catalog;

/// <summary>A copy in the store of an image that is made elsewhere, such as by mkosi.</summary>
/// <param name="image">The image.</param>
/// <param name="prepare">Makes its newest version.</param>
internal sealed class CopiedImage(VmImage image, Func<CancellationToken, Task<VmImageFiles>> prepare) : StoredImage
{
    private static readonly TimeSpan Bound = TimeSpan.FromHours(2);

    public override string Name => image.Name;

    public override string StoredName => ImageName.Of(new Uri(image.Name));

    protected override bool IsPinned => true;

    protected override async Task<ImageVersion> VersionAsync(CancellationToken cancel)
    {
        var files = await prepare(cancel).ConfigureAwait(false);
        return new ImageVersion(files.Stamp[..16], image.Name, (draft, end) => CopyAsync(files, draft, end));
    }

    private async Task<VmImageFiles> CopyAsync(VmImageFiles files, ImageDraft draft, CancellationToken cancel)
    {
        draft.Tell("copy");
        var initrds = new List<string>();
        foreach (var initrd in files.Initrds)
            initrds.Add((await CopyAsync(initrd, $"initrd-{initrds.Count + 1}", draft, cancel).ConfigureAwait(false))!);
        return files with
        {
            Image = await CopyAsync(files.Image, draft.Name, draft, cancel).ConfigureAwait(false),
            Directory = await CopyAsync(files.Directory, draft.Name, draft, cancel).ConfigureAwait(false),
            Linux = await CopyAsync(files.Linux, files.Image is null ? draft.Name : "vmlinuz", draft, cancel).ConfigureAwait(false),
            Initrds = initrds,
        };
    }

    // cp(1) keeps holes, shares blocks where the file system can, and keeps owners and extended attributes of trees.
    private async Task<string?> CopyAsync(string? path, string name, ImageDraft draft, CancellationToken cancel)
    {
        if (path is null)
            return null;
        await new ProgramRun(Name, "cp", ["-a", "-H", "--reflink=auto", "--sparse=always", "-T", "--", path, draft[name]], Bound).SucceedAsync(
            (output, end) => output.CopyToAsync(Stream.Null, end), cancel).ConfigureAwait(false);
        return name;
    }
}
