using System.Text;
using System.Text.Json;

namespace Vmspawn.CloudInit;

/// <summary>The input of cloud-init's NoCloud data source: a volume labelled CIDATA with a few files (cloud-init documentation, "NoCloud").</summary>
/// <param name="InstanceId">cloud-init runs its once-per-instance modules again when this changes.</param>
/// <param name="HostName">The guest's host name.</param>
/// <param name="SshKeys">Public keys that log in, each as a line of <c>authorized_keys</c>.</param>
/// <param name="Files">The user's files, by their names on the volume.</param>
internal sealed record CloudInitSeed(
    string InstanceId, string HostName, IReadOnlyList<string> SshKeys, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Files)
{
    public const string MetaData = "meta-data";
    public const string UserData = "user-data";
    public const string VendorData = "vendor-data";

    private const string Label = "CIDATA";

    /// <summary>The file names that cloud-init reads.</summary>
    public static IReadOnlyList<string> Names { get; } = [MetaData, UserData, VendorData, "network-config"];

    /// <summary>Writes the volume.</summary>
    public byte[] ToVolume()
    {
        var all = new Dictionary<string, ReadOnlyMemory<byte>>(Files);
        all.TryAdd(MetaData, WriteMetaData());
        // Without user-data cloud-init ignores the volume.
        all.TryAdd(UserData, "#cloud-config\n{}\n"u8.ToArray());
        if (SshKeys.Count > 0)
            all.TryAdd(VendorData, CloudInitKeyHook.Write(SshKeys));
        return FatImage.Write(Label, [.. Names.Where(all.ContainsKey).Select(name => (name, all[name]))]);
    }

    /// <summary>Written as JSON, which is valid YAML with unambiguous quoting.</summary>
    private byte[] WriteMetaData()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("instance-id", InstanceId);
            json.WriteString("local-hostname", HostName);
            if (SshKeys.Count > 0)
            {
                json.WriteStartArray("public-keys");
                foreach (var key in SshKeys)
                    json.WriteStringValue(key);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        text.Write("\n"u8);
        return text.ToArray();
    }

    /// <summary>Whether cloud-init recognises user data with this start (its documentation, "User data formats").</summary>
    public static bool IsKnownFormat(ReadOnlySpan<byte> userData)
    {
        // gzip, which may wrap any format.
        if (userData is [0x1f, 0x8b, ..])
            return true;
        var end = userData.IndexOf((byte)'\n');
        var first = Encoding.UTF8.GetString(end < 0 ? userData : userData[..end]).TrimEnd();
        return first.StartsWith("#!", StringComparison.Ordinal)
            || first.StartsWith("#include", StringComparison.Ordinal)
            || first.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase)
            || first.StartsWith("MIME-Version:", StringComparison.OrdinalIgnoreCase)
            || first is "#cloud-config" or "#cloud-config-archive" or "#cloud-config-jsonp" or "#cloud-boothook" or "#part-handler" or "## template: jinja";
    }
}
