using System.Text.Json;

namespace Vmspawn.Plan;

/// <summary>The object that a descriptor refers to.</summary>
public abstract record DescriptorSource
{
    /// <summary>Its kind in a printed plan.</summary>
    internal abstract string Kind { get; }

    /// <summary>Its name in messages, or null to use the slot's name.</summary>
    internal virtual string? Subject => null;

    /// <summary>Writes its members of a printed plan, without secrets.</summary>
    internal virtual void Write(Utf8JsonWriter json)
    {
    }

    /// <summary>Writes only the number of secret bytes.</summary>
    private protected static void WriteTail(Utf8JsonWriter json, ReadOnlyMemory<byte> tail)
    {
        if (tail.Length > 0)
            json.WriteNumber("tailSize", tail.Length);
    }
}
