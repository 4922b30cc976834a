using System.Text;
using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Catalog;

/// <summary>A version of an image in the store: a directory with its files and a note of what they are.</summary>
internal sealed record StoredFiles
{
    private const string Note = "image.json";

    /// <summary>The image's name.</summary>
    public required string Name { get; init; }

    /// <summary>The version.</summary>
    public required string Id { get; init; }

    /// <summary>Where it is from, for people.</summary>
    public required string Origin { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Made { get; init; } = TimeProvider.System.GetUtcNow();

    /// <summary>What it is, with file names instead of paths.</summary>
    public required VmImageFiles Content { get; init; }

    /// <summary>The directory; empty while it is made.</summary>
    public string Directory { get; init; } = "";

    /// <summary>The directory of a version.</summary>
    public static string PlaceOf(string store, string name, string id) => Path.Combine(store, $"{name}@{id}");

    /// <summary>All versions in a store, the newest of each name first.</summary>
    public static IReadOnlyList<StoredFiles> All(string store)
    {
        try
        {
            return [.. System.IO.Directory.EnumerateDirectories(store, "*@*").Select(Read).OfType<StoredFiles>().OrderByDescending(one => one.Made)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No image has been stored yet, or they are somebody else's.
            return [];
        }
    }

    /// <summary>Reads the note of a directory; null where there is none that is complete.</summary>
    public static StoredFiles? Read(string directory)
    {
        try
        {
            using var note = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, Note)));
            var root = note.RootElement;
            if (root.Text("name") is not { } name || root.Text("id") is not { } id || root.Text("stamp") is not { } stamp || root.Number("made") is not { } made)
                return null;
            return new StoredFiles
            {
                Name = name,
                Id = id,
                Origin = root.Text("origin") ?? "",
                Made = DateTimeOffset.FromUnixTimeMilliseconds(made),
                Directory = directory,
                Content = new VmImageFiles
                {
                    Image = root.Text("image"),
                    Format = root.Text("format") == "qcow2" ? ImageFormat.Qcow2 : ImageFormat.Raw,
                    Directory = root.Text("directory"),
                    Linux = root.Text("linux"),
                    Initrds = [.. root.Texts("initrds")],
                    KernelArguments = [.. root.Texts("arguments")],
                    Firmware = root.Flag("firmware") == false ? FirmwareKind.None : FirmwareKind.Auto,
                    HasCloudInit = root.Flag("cloudInit") ?? false,
                    IsShared = true,
                    Stamp = stamp,
                },
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The files with their paths.</summary>
    public VmImageFiles Files() => Content with
    {
        Image = Full(Content.Image),
        Directory = Full(Content.Directory),
        Linux = Full(Content.Linux),
        Initrds = [.. Content.Initrds.Select(name => Full(name)!)],
    };

    /// <summary>Writes the note.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string directory) => PrivateFiles.Write(Path.Combine(directory, Note), Encoding.UTF8.GetBytes(JsonText.Of(
        json =>
        {
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteString("id", Id);
            json.WriteString("origin", Origin);
            json.WriteNumber("made", Made.ToUnixTimeMilliseconds());
            json.WriteString("stamp", Content.Stamp);
            if (Content.Image is not null)
            {
                json.WriteString("image", Content.Image);
                json.WriteString("format", Content.Format == ImageFormat.Qcow2 ? "qcow2" : "raw");
            }

            if (Content.Directory is not null)
                json.WriteString("directory", Content.Directory);
            if (Content.Linux is not null)
                json.WriteString("linux", Content.Linux);
            WriteTexts(json, "initrds", Content.Initrds);
            WriteTexts(json, "arguments", Content.KernelArguments);
            if (Content.Firmware == FirmwareKind.None)
                json.WriteBoolean("firmware", false);
            json.WriteBoolean("cloudInit", Content.HasCloudInit);
            json.WriteEndObject();
        },
        indented: true)));

    /// <summary>The bytes that it takes on the disk.</summary>
    public long SizeOnDisk()
    {
        try
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
            return System.IO.Directory.EnumerateFiles(Directory, "*", options).Sum(path => FileFacts.OfName(path).Occupied);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private string? Full(string? name) => name is null ? null : Path.Combine(Directory, name);

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
