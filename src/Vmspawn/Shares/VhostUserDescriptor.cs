using System.Text.Json;
using Vmspawn.Host;

namespace Vmspawn.Shares;

/// <summary>Reads descriptors of vhost-user programs (QEMU, docs/interop/vhost-user.json).</summary>
internal static class VhostUserDescriptor
{
    /// <summary>Path of the program that a descriptor names, if it serves file systems, else null.</summary>
    public static string? FileServer(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.Text("type") == "fs" && root.Text("binary") is ['/', ..] binary && File.Exists(binary)
                ? binary
                : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
