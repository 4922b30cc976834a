using Vmspawn.Varlink;

namespace Vmspawn;

/// <summary>Lists that compare by value, so that specs and plans do.</summary>
internal static class ValueList
{
    /// <summary>The same items in a list that equals another one with equal items.</summary>
    public static IReadOnlyList<T> Of<T>(IReadOnlyList<T> items) => items as EquatableList<T> ?? EquatableList.Create<T>([.. items]);
}

/// <summary>Bytes that compare by value, so that specs and plans do.</summary>
/// <param name="Memory">The bytes.</param>
public readonly record struct ValueBytes(ReadOnlyMemory<byte> Memory)
{
    /// <summary>How many.</summary>
    public int Length => Memory.Length;

    /// <summary>There are none.</summary>
    public bool IsEmpty => Memory.IsEmpty;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Memory.Span;

    /// <summary>A copy.</summary>
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

    /// <summary>Their number alone: they may be secret.</summary>
    public override string ToString() => $"{Length} bytes";
}
