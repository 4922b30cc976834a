using CsCheck;

namespace Vmspawn.Tests;

/// <summary>Makes hostile input out of good: cut, with bytes changed, with more behind it.</summary>
internal static class Damage
{
    public static Gen<byte[]> To(byte[] good) =>
        Gen.Select(
            Gen.Int[0, good.Length],
            Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[0, 10],
            Gen.Byte.Array[0, 40],
            (length, changes, tail) =>
            {
                byte[] bytes = [.. good.AsSpan(0, length), .. tail];
                foreach (var (at, value) in changes)
                {
                    if (at < bytes.Length)
                        bytes[at] = value;
                }

                return bytes;
            });
}
