using Vmspawn.Linux;

namespace Vmspawn.Catalog;

/// <summary>The checksum that a downloaded file must have.</summary>
/// <param name="Algorithm"><c>sha256</c> or <c>sha512</c>.</param>
/// <param name="Digits">Hexadecimal digits in lower case.</param>
/// <remarks>It is computed by coreutils' sha256sum and sha512sum, which use the processor's instructions and need no library.</remarks>
internal sealed record Checksum(string Algorithm, string Digits)
{
    private static readonly (string Algorithm, int Length)[] Algorithms = [("sha256", 64), ("sha512", 128)];
    private static readonly TimeSpan Bound = TimeSpan.FromHours(1);

    /// <summary>Parses <c>sha256:DIGITS</c> or <c>sha512:DIGITS</c>.</summary>
    public static Checksum? Parse(string text)
    {
        var colon = text.IndexOf(':');
        return colon > 0 && OfDigits(text[(colon + 1)..]) is { } checksum && checksum.Algorithm == text[..colon] ? checksum : null;
    }

    /// <summary>Finds a file's checksum in a list, in the form of coreutils (<c>DIGITS  NAME</c>) or of BSD (<c>SHA256 (NAME) = DIGITS</c>).</summary>
    /// <param name="list">The content of a file such as <c>SHA512SUMS</c>.</param>
    /// <param name="file">The file's name.</param>
    public static Checksum? Find(string list, string file)
    {
        foreach (var line in list.Split('\n', StringSplitOptions.TrimEntries))
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            var checksum = words switch
            {
                [var digits, var name] when NameOf(name) == file => OfDigits(digits),
                [_, ['(', .. var name, ')'], "=", var digits] when name == file => OfDigits(digits),
                _ => null,
            };
            if (checksum is not null)
                return checksum;
        }

        return null;
    }

    /// <summary>Whether a file has it.</summary>
    /// <param name="image">The image's name, for messages.</param>
    /// <param name="path">The file.</param>
    /// <param name="cancel">Cancels it.</param>
    /// <exception cref="VmImageException">It cannot be computed.</exception>
    public async Task<bool> FitsAsync(string image, string path, CancellationToken cancel)
    {
        using var input = OpenFile.Open(path, writable: false);
        var output = "";
        await new ProgramRun(image, $"{Algorithm}sum", [], Bound) { Input = input }.SucceedAsync(
            async (stream, end) =>
            {
                using var reader = new StreamReader(stream, leaveOpen: true);
                output = await reader.ReadToEndAsync(end).ConfigureAwait(false);
            },
            cancel).ConfigureAwait(false);
        return output.StartsWith($"{Digits} ", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Algorithm}:{Digits}";

    // coreutils marks files that were read as binary with an asterisk.
    private static string NameOf(string word) => Path.GetFileName(word.TrimStart('*'));

    private static Checksum? OfDigits(string digits)
    {
        var (algorithm, _) = Array.Find(Algorithms, one => one.Length == digits.Length);
        return algorithm is not null && digits.All(char.IsAsciiHexDigit) ? new Checksum(algorithm, digits.ToLowerInvariant()) : null;
    }
}
