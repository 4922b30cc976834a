using System.Text;

namespace Vmspawn.Cli.Control.Show;

/// <summary>Formats the answer of <c>vmspawn image list</c>.</summary>
internal static class ImageList
{
    /// <summary>A table: stored images with their size and age, others with a dash.</summary>
    public static string Table(IReadOnlyList<VmImageEntry> images, TextStyle style, int? width, DateTimeOffset now)
    {
        var table = new TextTable(new("NAME"), new("SIZE", IsNumber: true), new("AGE", IsNumber: true), new("DESCRIPTION"));
        foreach (var image in images)
        {
            if (image.Versions is [])
                table.Add(image.Name, null, null, image.Description);
            foreach (var version in image.Versions)
            {
                var isNewest = version == image.Versions[0];
                table.Add(image.Name, Amounts.Size(version.Size), Amounts.Span(now - version.Made), isNewest ? image.Description : $"an older version, {version.Id}");
            }
        }

        var text = new StringBuilder();
        table.Write(text, style, width);
        return text.ToString();
    }

    /// <summary>An array of objects.</summary>
    public static string Json(IReadOnlyList<VmImageEntry> images) => JsonText.Line(
        json =>
        {
            json.WriteStartArray();
            foreach (var image in images)
            {
                json.WriteStartObject();
                json.WriteString("name", image.Name);
                json.WriteString("description", image.Description);
                json.WriteStartArray("versions");
                foreach (var version in image.Versions)
                {
                    json.WriteStartObject();
                    json.WriteString("id", version.Id);
                    json.WriteString("made", version.Made);
                    json.WriteNumber("size", version.Size);
                    json.WriteString("origin", version.Origin);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        },
        indented: true);
}
