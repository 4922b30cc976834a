using System.Runtime.InteropServices;
using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Catalog;

/// <summary>The named images: those of <c>images.json</c> in this assembly, and of files of the host and of the user, which come before them.</summary>
internal sealed class ImageCatalogue(IReadOnlyList<string> files)
{
    /// <summary>The kernel and the shell of the host.</summary>
    public const string Busybox = "busybox";

    /// <summary>The catalogue of a process.</summary>
    public static ImageCatalogue Open(Func<string, string?> environment)
    {
        var config = environment("XDG_CONFIG_HOME") is ['/', ..] given ? given : environment("HOME") is ['/', ..] home ? Path.Combine(home, ".config") : null;
        return new ImageCatalogue([.. config is null ? Array.Empty<string>() : [Path.Combine(config, "vmspawn", "images.json")], "/etc/vmspawn/images.json"]);
    }

    /// <summary>All of them; the first of a name counts.</summary>
    /// <exception cref="VmImageException">A file cannot be read, or is wrong.</exception>
    public IReadOnlyList<CatalogueImage> Read()
    {
        using var own = typeof(ImageCatalogue).Assembly.GetManifestResourceStream("Vmspawn.Catalog.images.json")!;
        var images = files.Where(File.Exists).SelectMany(path => ReadFile(path)).ToList();
        using var document = JsonDocument.Parse(own);
        images.AddRange(Parse("images.json", document.RootElement));
        images.Add(new CatalogueImage(Busybox, "this host's kernel with a shell of busybox", []));
        return [.. images.DistinctBy(image => image.Name)];
    }

    private static IReadOnlyList<CatalogueImage> ReadFile(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Parse(path, document.RootElement);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VmImageException(path, $"the catalogue cannot be read: {FailureReason.Of(error)}", error);
        }
        catch (JsonException error)
        {
            throw new VmImageException(path, $"the catalogue is no JSON: line {error.LineNumber + 1} is wrong", error);
        }
    }

    /// <summary>Parses a catalogue.</summary>
    /// <exception cref="VmImageException">It is wrong.</exception>
    internal static List<CatalogueImage> Parse(string path, JsonElement root)
    {
        var images = new List<CatalogueImage>();
        foreach (var item in root.Items("images"))
        {
            if (item.Text("name") is not { } name || !ImageName.IsValid(name))
                throw new VmImageException(path, $"image {images.Count + 1} has no \"name\", or not one of lower-case letters, digits, \".\", \"-\" and \"_\" with a letter first");
            var files = item.Items("files").Select(file => ParseFile(path, name, file)).ToList();
            if (files.Count == 0)
                throw new VmImageException(path, $"{name} has no \"files\"");
            images.Add(new CatalogueImage(name, item.Text("description") ?? "", files) { HasCloudInit = item.Flag("cloudInit") ?? true });
        }

        return images;
    }

    private static CatalogueFile ParseFile(string path, string name, JsonElement file)
    {
        var architecture = file.Text("architecture") switch
        {
            "x86-64" => Architecture.X64,
            "arm64" => Architecture.Arm64,
            "riscv64" => Architecture.RiscV64,
            var other => throw new VmImageException(path, $"{name} has a file of the architecture \"{other}\"; there are x86-64, arm64 and riscv64"),
        };
        var address = AddressOf("address") ?? throw new VmImageException(path, $"{name} has a file without an \"address\"");
        var checksum = file.Text("checksum") is { } text
            ? Checksum.Parse(text) ?? throw new VmImageException(path, $"{name}: \"{text}\" is no checksum; it is sha256: or sha512: and the hexadecimal digits")
            : null;
        var list = AddressOf("checksums");
        if (checksum is null && list is null)
            throw new VmImageException(path, $"{name} has a file without a \"checksum\" and without \"checksums\", the address of a list of them");
        return new CatalogueFile(architecture, address, checksum, list);

        Uri? AddressOf(string member)
        {
            if (file.Text(member) is not { } given)
                return null;
            return Uri.TryCreate(given, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
                ? uri
                : throw new VmImageException(path, $"{name}: \"{given}\" is no address of https or http");
        }
    }
}

/// <summary>A named image.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is.</param>
/// <param name="Files">The file of each architecture; none of an image that is made here.</param>
internal sealed record CatalogueImage(string Name, string Description, IReadOnlyList<CatalogueFile> Files)
{
    /// <summary>Whether it logs users in by cloud-init.</summary>
    public bool HasCloudInit { get; init; }
}

/// <summary>The file of a named image for one architecture, with a checksum or the address of a list of checksums.</summary>
internal sealed record CatalogueFile(Architecture Architecture, Uri Address, Checksum? Checksum, Uri? Checksums);
