using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Catalog;

/// <summary>A disk image that is downloaded. Nothing of it is used before its checksum was compared.</summary>
internal sealed class DownloadedImage : StoredImage
{
    private const int IdLength = 16;
    private static readonly TimeSpan DecompressionBound = TimeSpan.FromHours(2);

    private readonly Uri _address;
    private readonly Checksum? _checksum;
    private readonly Uri? _checksums;

    private DownloadedImage(Uri address, string name, Checksum? checksum, Uri? checksums)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
            throw new ArgumentException($"{address} is no address of http or https", nameof(address));
        (_address, StoredName, _checksum, _checksums) = (address, name, checksum, checksums);
    }

    /// <summary>A file whose checksum is known.</summary>
    public DownloadedImage(Uri address, Checksum checksum, string? name = null)
        : this(address, name ?? ImageName.Of(address), checksum, null)
    {
    }

    /// <summary>A file whose checksum is in a list beside it, and changes when the file is renewed.</summary>
    public DownloadedImage(Uri address, Uri checksums, string? name = null)
        : this(address, name ?? ImageName.Of(address), null, checksums)
    {
    }

    public override string Name => StoredName;

    public override string StoredName { get; }

    /// <summary>The format; null to see it from the file, whose content is known by its checksum.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>Whether the image has cloud-init.</summary>
    public bool HasCloudInit { get; init; }

    protected override bool IsPinned => _checksum is not null;

    protected override async Task<ImageVersion> VersionAsync(CancellationToken cancel)
    {
        var checksum = _checksum ?? await ListedAsync(_checksums!, cancel).ConfigureAwait(false);
        return new ImageVersion(checksum.Digits[..IdLength], _address.AbsoluteUri, (draft, end) => MakeAsync(checksum, draft, end));
    }

    private async Task<Checksum> ListedAsync(Uri list, CancellationToken cancel)
    {
        var file = Path.GetFileName(Uri.UnescapeDataString(_address.AbsolutePath));
        var text = await Curl.TextAsync(Name, list, cancel).ConfigureAwait(false);
        return Checksum.Find(text, file) ?? throw new VmImageException(Name, $"{list} has no checksum of {file}");
    }

    private async Task<VmImageFiles> MakeAsync(Checksum checksum, ImageDraft draft, CancellationToken cancel)
    {
        await draft.Part.DownloadAsync(Name, _address, (done, total) => draft.Tell("download", done, total), cancel).ConfigureAwait(false);
        draft.Tell("checksum");
        if (!await checksum.FitsAsync(Name, draft.Part.Path, cancel).ConfigureAwait(false))
        {
            // It may be a mixture of two versions, or damaged: resuming it would fail in the same way.
            draft.Part.Remove();
            throw new VmImageException(Name, $"{_address} does not have the checksum {checksum}, so it was removed; if the file was just renewed, the next try works");
        }

        var path = draft[draft.Name];
        await UnpackAsync(draft, path, cancel).ConfigureAwait(false);
        draft.Part.Remove();
        var format = Format ?? FormatOf(path);
        Check(path, format);
        System.IO.File.SetUnixFileMode(path, UnixFileMode.UserRead);
        return new VmImageFiles { Image = draft.Name, Format = format, HasCloudInit = HasCloudInit, Stamp = checksum.ToString() };
    }

    private async Task UnpackAsync(ImageDraft draft, string path, CancellationToken cancel)
    {
        using (var packed = OpenFile.Open(draft.Part.Path, writable: false))
        {
            if (Compression.Guess(Head(packed)) is { } program)
            {
                using var disk = NewFile.Create(path);
                await new ProgramRun(Name, program, ["-d", "-c"], DecompressionBound) { Input = packed }.SucceedAsync(
                    (stream, end) => SparseFile.WriteAsync(stream, disk, done => draft.Tell("decompress", done), end), cancel).ConfigureAwait(false);
                RandomAccess.FlushToDisk(disk);
                return;
            }
        }

        using (var file = OpenFile.Open(draft.Part.Path, writable: true))
            RandomAccess.FlushToDisk(file);
        System.IO.File.Move(draft.Part.Path, path);
    }

    private static ImageFormat FormatOf(string path)
    {
        using var file = OpenFile.Open(path, writable: false);
        return QcowHeader.HasMagic(Head(file)) ? ImageFormat.Qcow2 : ImageFormat.Raw;
    }

    private void Check(string path, ImageFormat format)
    {
        var problems = new List<Problem>();
        var facts = ImageProbe.Probe(Name, path, format, write: false, problems);
        // A downloaded image must not read other files of this host.
        if (facts is { Backing: [var below, ..] })
            throw new VmImageException(Name, $"the image of {_address} is not complete: it needs the file {below.Path}");
        if (facts is null)
            throw new VmImageException(Name, $"{_address} is no usable image: {string.Join("; ", problems.Select(problem => problem.Reason))}");
    }

    private static ReadOnlySpan<byte> Head(SafeFileHandle file)
    {
        var head = new byte[16];
        return head.AsSpan(0, RandomAccess.Read(file, head, 0));
    }
}
