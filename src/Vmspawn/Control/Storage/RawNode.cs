using System.Text.Json;

namespace Vmspawn.Control.Storage;

/// <summary>The options of a raw node; written the same when it is made and when it is given another file, since what is left out then falls back to QEMU's default.</summary>
internal static class RawNode
{
    public static void Write(Utf8JsonWriter options, string below, bool readOnly, bool discard)
    {
        options.WriteString("file"u8, below);
        options.WriteBoolean("read-only"u8, readOnly);
        if (discard)
            options.WriteString("discard"u8, "unmap"u8);
    }
}
