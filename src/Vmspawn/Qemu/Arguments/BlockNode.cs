using System.Text.Json;
using Vmspawn.Host;

namespace Vmspawn.Qemu.Arguments;

/// <summary>A node of QEMU's block graph, for <c>-blockdev</c> and <c>blockdev-add</c> (QAPI BlockdevOptions).</summary>
internal sealed record BlockNode
{
    /// <summary>QEMU's driver: <c>raw</c>, <c>qcow2</c>, <c>file</c>, <c>host_device</c>.</summary>
    public required string Driver { get; init; }

    /// <summary>At most 31 characters.</summary>
    public required string NodeName { get; init; }

    public bool ReadOnly { get; init; }
    public bool Discard { get; init; }

    /// <summary>Ignore the guest's flushes: for writes that are discarded at the end.</summary>
    public bool NoFlush { get; init; }

    /// <summary>For protocol drivers: the path to open.</summary>
    public string? FileName { get; init; }

    /// <summary>For protocol drivers: use io_uring instead of threads.</summary>
    public bool IoUring { get; init; }

    /// <summary>For format drivers: the node of the file.</summary>
    public BlockNode? File { get; init; }

    /// <summary>For format drivers, instead of <see cref="File"/>: the name of an existing node.</summary>
    public string? FileReference { get; init; }

    /// <summary>For qcow2: the backing node, given explicitly instead of through the header.</summary>
    public BlockNode? Backing { get; init; }

    /// <summary>For qcow2 without a backing node: do not follow the header.</summary>
    public bool NoBacking { get; init; }

    /// <summary>QEMU's JSON text, on one line.</summary>
    public override string ToString() => JsonText.Of(Write);

    /// <summary>Writes the node as one JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("driver", Driver);
        json.WriteString("node-name", NodeName);
        WriteOptions(json);
        json.WriteEndObject();
    }

    /// <summary>Writes the options without driver and name, for <c>blockdev-add</c>.</summary>
    public void WriteOptions(Utf8JsonWriter json)
    {
        if (FileName is not null)
            json.WriteString("filename", FileName);
        if (IoUring)
            json.WriteString("aio", "io_uring");
        if (ReadOnly)
            json.WriteBoolean("read-only", true);
        if (Discard)
            json.WriteString("discard", "unmap");
        if (NoFlush)
        {
            json.WriteStartObject("cache");
            json.WriteBoolean("no-flush", true);
            json.WriteEndObject();
        }

        if (File is not null)
        {
            json.WritePropertyName("file");
            File.Write(json);
        }
        else if (FileReference is not null)
        {
            json.WriteString("file", FileReference);
        }

        if (Backing is not null)
        {
            json.WritePropertyName("backing");
            Backing.Write(json);
        }
        else if (NoBacking)
        {
            json.WriteNull("backing");
        }
    }
}
