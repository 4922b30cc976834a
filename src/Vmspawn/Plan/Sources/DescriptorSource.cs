using System.Text.Json;

namespace Vmspawn.Plan;

/// <summary>What stands behind a descriptor.</summary>
public abstract record DescriptorSource
{
    /// <summary>The word for its kind in a printed plan.</summary>
    internal abstract string Kind { get; }

    /// <summary>What messages call it, or null where its slot says it all.</summary>
    internal virtual string? Subject => null;

    /// <summary>Writes its members of a printed plan, without what is secret.</summary>
    internal virtual void Write(Utf8JsonWriter json)
    {
    }

    /// <summary>Of secret bytes how many there are, never which.</summary>
    private protected static void WriteTail(Utf8JsonWriter json, ReadOnlyMemory<byte> tail)
    {
        if (tail.Length > 0)
            json.WriteNumber("tailSize", tail.Length);
    }
}
