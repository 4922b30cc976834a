using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Images;

/// <summary>Follows the backing files of a qcow2 image, so that each can be passed to QEMU as a descriptor.</summary>
internal static class BackingChain
{
    private const int Deepest = 64;

    /// <summary>The backing files of an image, nearest first; the reason why one cannot be used is in <paramref name="problems"/>.</summary>
    public static List<BackingFacts> Walk(string subject, ImageFile top, QcowHeader header, List<Problem> problems)
    {
        var chain = new List<BackingFacts>();
        var seen = new HashSet<FileIdentity> { top.Identity };
        var path = top.Path;
        for (var at = header; at?.BackingName is { } name;)
        {
            if (Target(path, name) is not { } below)
                return Stop("image-backing-remote", $"the backing file '{name}' of {path} is not a local file");
            if (Format(at) is not { } format)
                return Stop("image-backing-format", FormatText(path, at), $"qemu-img rebase -u -F raw -b '{name}' '{path}' names it, if it is raw");
            using var file = ImageFile.Open($"{subject}: backing file {below}", below, write: false, problems);
            if (file is null)
                return chain;
            if (at.Template is { } stamp && stamp != file.Stamp)
            {
                return Stop("template-changed",
                    $"its template {below} was changed after {path} had been made from it, so that their contents do not fit any more",
                    $"delete {path} to start afresh from the template");
            }

            if (!seen.Add(file.Identity))
                return Stop("image-backing-loop", $"its backing files lead back to {below}");
            if (chain.Count == Deepest)
                return Stop("image-backing-depth", $"it has more than {Deepest} backing files below each other");
            chain.Add(new BackingFacts(below, format, file.IsBlockDevice, file.Identity));
            at = format == ImageFormat.Qcow2 ? QcowChecks.Read(subject, file, write: false, problems) : null;
            path = below;
        }

        return chain;

        List<BackingFacts> Stop(string code, string text, string? hint = null)
        {
            problems.Add(new Problem(code, subject, text, hint));
            return chain;
        }
    }

    /// <summary>The path that QEMU opens for a backing file name; null when it is not a local file.</summary>
    /// <param name="imagePath">The image that names it: relative names are resolved against its directory.</param>
    /// <param name="name">The name as written in the header.</param>
    internal static string? Target(string imagePath, string name)
    {
        if (name.StartsWith("file:", StringComparison.Ordinal))
            name = name["file:".Length..];
        var colon = name.IndexOf(':');
        var slash = name.IndexOf('/');

        // A colon before the first slash ends a protocol: nbd:, https:, json:.
        if (name.Length == 0 || (colon >= 0 && (slash < 0 || colon < slash)))
            return null;
        return Path.Combine(Path.GetDirectoryName(Path.GetFullPath(imagePath)) ?? "/", name);
    }

    private static ImageFormat? Format(QcowHeader header) => header.BackingFormat switch
    {
        "raw" or "file" or "host_device" => ImageFormat.Raw,
        "qcow2" => ImageFormat.Qcow2,
        _ => null,
    };

    private static string FormatText(string path, QcowHeader header) => header.BackingFormat is { } format
        ? $"the format '{format}' of the backing file of {path} is not supported: raw and qcow2 are"
        : $"{path} does not record the format of its backing file, and a guessed format could be chosen by a guest";
}
