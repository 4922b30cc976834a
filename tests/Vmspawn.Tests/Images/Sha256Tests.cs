using CsCheck;
using Vmspawn.Images;

namespace Vmspawn.Tests.Images;

public class Sha256Tests
{
    [Fact]
    public void The_digest_equals_that_of_the_base_library_for_any_bytes() =>
        Gen.Byte.Array[0, 300].Sample(bytes =>
            Sha256.Hash(bytes).AsSpan().SequenceEqual(System.Security.Cryptography.SHA256.HashData(bytes)));

    [Fact]
    public void Every_length_around_the_block_size_is_padded_right()
    {
        for (var length = 50; length < 140; length++)
        {
            var bytes = new byte[length];
            Assert.Equal(System.Security.Cryptography.SHA256.HashData(bytes), Sha256.Hash(bytes));
        }
    }
}
