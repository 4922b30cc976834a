namespace Vmspawn.Images.Fat;

/// <summary>Reads a FAT file system in place, such as an EFI system partition.</summary>
/// <remarks>
/// Implemented here because QEMU gets the kernel's extents of the image; external programs would have to copy each file first.
/// </remarks>
internal sealed class FatVolume : IBootFiles
{
    private readonly ByteSource _volume;
    private readonly FatLayout _layout;
    private readonly FatTable _table;

    private FatVolume(ByteSource volume, FatLayout layout)
    {
        _volume = volume;
        _layout = layout;
        _table = new FatTable(volume, layout);
    }

    /// <summary>Opens a volume.</summary>
    /// <exception cref="FatException">It is not a FAT file system, or a damaged one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FatVolume Open(ByteSource volume)
    {
        var boot = new byte[FatLayout.BootSectorLength];
        if (!volume.TryFill(boot, 0))
            throw new FatException("it is too small for a FAT file system");
        return new FatVolume(volume, FatLayout.Parse(boot, volume.Length, out var error) ?? throw new FatException(error!));
    }

    public IReadOnlyList<string> Names(string directory) =>
        Find(directory) is { } entries ? [.. entries.Select(entry => entry.Name)] : [];

    /// <summary>A file as extents of the volume; the path is case-insensitive.</summary>
    /// <exception cref="FatException">Its cluster chain is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public ExtentBytes? Open(string path)
    {
        var slash = path.LastIndexOf('/');
        if (Match(Find(slash < 0 ? "" : path[..slash]), path[(slash + 1)..]) is not { IsDirectory: false } file)
            return null;
        if (file.Length == 0)
            return new ExtentBytes(_volume, []);
        var clusters = new ExtentBytes(_volume, _table.Chain(file.Cluster, file.Length));
        return clusters.Length >= file.Length
            ? new ExtentBytes(_volume, clusters.Slice(0, file.Length))
            : throw new FatException($"{path} has fewer clusters than bytes");
    }

    ByteSource? IBootFiles.Open(string path) => Open(path);

    private List<FatEntry>? Find(string directory)
    {
        var entries = Entries(0);
        foreach (var name in directory.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Match(entries, name) is not { IsDirectory: true } below)
                return null;
            entries = Entries(below.Cluster);
        }

        return entries;
    }

    private static FatEntry? Match(List<FatEntry>? entries, string name) => entries?.Find(entry =>
        name.Equals(entry.Name, StringComparison.OrdinalIgnoreCase) || name.Equals(entry.ShortName, StringComparison.OrdinalIgnoreCase));

    // Cluster 0 means the root directory.
    private List<FatEntry> Entries(uint cluster)
    {
        if (cluster == 0)
            cluster = _layout.RootCluster;
        var places = cluster == 0 ? [_layout.RootPlace] : _table.Chain(cluster, FatDirectory.MostBytes);
        var bytes = new ExtentBytes(_volume, places).ReadAll(FatDirectory.MostBytes)
            ?? throw new FatException("a directory is too long");
        return FatDirectory.Parse(bytes);
    }
}
