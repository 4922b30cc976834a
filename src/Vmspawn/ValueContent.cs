using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>Lists with value equality, which specs and plans need for theirs.</summary>
internal static class ValueList
{
    /// <summary>Wraps items in a list that compares by value.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> items) => items as EquatableList<T> ?? EquatableList.Create<T>([.. items]);
}

/// <summary>Bytes with value equality, which specs and plans need for theirs.</summary>
/// <param name="Memory">The bytes.</param>
internal readonly record struct ValueBytes(ReadOnlyMemory<byte> Memory)
{
    /// <summary>The number of bytes.</summary>
    public int Length => Memory.Length;

    /// <summary>Whether there are no bytes.</summary>
    public bool IsEmpty => Memory.IsEmpty;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>A copy of the bytes.</summary>
    public byte[] ToArray() => Memory.ToArray();

    /// <summary>Wraps bytes.</summary>
    public static implicit operator ValueBytes(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>Wraps bytes.</summary>
    public static implicit operator ValueBytes(byte[] bytes) => new(bytes);

    /// <summary>The bytes.</summary>
    public static implicit operator ReadOnlyMemory<byte>(ValueBytes bytes) => bytes.Memory;

    /// <inheritdoc/>
    public bool Equals(ValueBytes other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Only the number of bytes: they may be secret.</summary>
    public override string ToString() => $"{Length} bytes";
}
