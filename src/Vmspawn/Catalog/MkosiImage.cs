using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Catalog;

/// <summary>
/// What mkosi(1) has built: a disk, a tree, or a unified kernel image. Of a directory with its configuration, mkosi says where its output is, and is run first if there is none.
/// </summary>
/// <param name="directory">The directory of an mkosi.conf, or of mkosi's output.</param>
internal sealed class MkosiImage(string directory) : VmImage
{
    private static readonly TimeSpan Bound = TimeSpan.FromHours(4);
    private static readonly TimeSpan QuestionBound = TimeSpan.FromMinutes(1);

    public override string Name => directory;

    public override Task<VmImageFiles> PrepareAsync(IProgress<VmImageProgress>? progress = null, CancellationToken cancellationToken = default) =>
        TakeAsync(renew: false, progress, cancellationToken);

    /// <summary>The files; with <paramref name="renew"/> after a new build.</summary>
    public async Task<VmImageFiles> TakeAsync(bool renew, IProgress<VmImageProgress>? progress, CancellationToken cancel)
    {
        if (!Directory.Exists(directory))
            throw new VmImageException(Name, "there is no such directory");
        var isProject = System.IO.File.Exists(Path.Combine(directory, "mkosi.conf")) || Directory.Exists(Path.Combine(directory, "mkosi.conf.d"));
        if (!isProject)
            return await BootedAsync(Newest(directory, null), progress, cancel).ConfigureAwait(false);
        var (place, name) = await OutputAsync(cancel).ConfigureAwait(false);
        if (renew || Newest(place, name) is null)
        {
            progress?.Report(new VmImageProgress("mkosi", 0, null));
            await new ProgramRun(Name, "mkosi", ["--directory", directory, "--force", "build"], Bound) { UsesNetwork = true }.SucceedAsync(
                (output, end) => output.CopyToAsync(Stream.Null, end), cancel).ConfigureAwait(false);
        }

        return await BootedAsync(Newest(place, name), progress, cancel).ConfigureAwait(false);
    }

    private async Task<VmImageFiles> BootedAsync(string? output, IProgress<VmImageProgress>? progress, CancellationToken cancel)
    {
        var image = output switch
        {
            null => throw new VmImageException(Name, "there is neither mkosi.conf nor an output of mkosi: NAME.raw, NAME.efi or a directory NAME with an operating system"),
            _ when Directory.Exists(output) => Tree(output),
            _ when output.EndsWith(".efi", StringComparison.Ordinal) => Kernel(output),
            _ => File(output),
        };
        var files = await image.PrepareAsync(progress, cancel).ConfigureAwait(false);
        // A unified kernel image is booted by firmware.
        return files with { Firmware = FirmwareKind.Auto };
    }

    /// <summary>The directory and the name of the last image of the configuration.</summary>
    private async Task<(string Place, string? Name)> OutputAsync(CancellationToken cancel)
    {
        using var text = new MemoryStream();
        await new ProgramRun(Name, "mkosi", ["--directory", directory, "--json", "summary"], QuestionBound).SucceedAsync(
            (output, end) => output.CopyToAsync(text, end), cancel).ConfigureAwait(false);
        try
        {
            using var summary = JsonDocument.Parse(text.ToArray());
            var main = summary.RootElement.Items("Images").LastOrDefault();
            return (Path.Combine(directory, main.Text("OutputDirectory") ?? ""), main.Text("Output"));
        }
        catch (JsonException error)
        {
            throw new VmImageException(Name, "the answer of \"mkosi --json summary\" is no JSON", error);
        }
    }

    /// <summary>A disk before a tree before a unified kernel image: mkosi keeps the kernel of a disk beside it. Of several of a kind, the one that was written last.</summary>
    private static string? Newest(string place, string? name)
    {
        if (!Directory.Exists(place))
            return null;
        var pattern = name ?? "*";
        return Last(Directory.EnumerateFiles(place, $"{pattern}.raw"))
            ?? Last(Directory.EnumerateDirectories(place, pattern).Where(tree => Directory.Exists(Path.Combine(tree, "usr"))))
            ?? Last(Directory.EnumerateFiles(place, $"{pattern}.efi"));

        static string? Last(IEnumerable<string> paths) => paths.MaxBy(path => FileFacts.OfName(Path.TrimEndingDirectorySeparator(path)).Modified);
    }
}
