using System.Globalization;
using System.Text;

namespace Vmspawn.Catalog;

/// <summary>The head of an HTTP response, as curl --include prints it before the body; heads of redirects and interim responses come before it.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Fields">Its fields, by names in lower case.</param>
internal sealed record ResponseHead(int Status, IReadOnlyDictionary<string, string> Fields)
{
    private const int LongestLine = 64 * 1024;
    private const int MostHeads = 32;

    /// <summary>What If-Range compares: a strong entity tag or a date; null when the server gives none.</summary>
    public string? Validator =>
        Fields.GetValueOrDefault("etag") is { } tag && tag.StartsWith('"') ? tag : Fields.GetValueOrDefault("last-modified");

    /// <summary>Where the body starts in the file; 0 unless the response is a part.</summary>
    public long From => Status == 206 && Fields.GetValueOrDefault("content-range") is { } range && Numbers(range) is [var from, ..] ? from : 0;

    /// <summary>The file's size in all; null if unknown.</summary>
    public long? Total
    {
        get
        {
            if (Status == 206)
                return Fields.GetValueOrDefault("content-range") is { } range && Numbers(range) is [_, _, var total] ? total : null;
            return long.TryParse(Fields.GetValueOrDefault("content-length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;
        }
    }

    /// <summary>Reads heads up to the one that the body follows; null when the stream ends before.</summary>
    public static async Task<ResponseHead?> ReadAsync(Stream stream, CancellationToken cancel)
    {
        for (var heads = 0; heads < MostHeads; heads++)
        {
            if (await ReadOneAsync(stream, cancel).ConfigureAwait(false) is not { } head)
                return null;
            if (head.Status is >= 200 and (< 300 or >= 400))
                return head;
        }

        return null;
    }

    private static async Task<ResponseHead?> ReadOneAsync(Stream stream, CancellationToken cancel)
    {
        // HTTP/1.1 200 OK
        if (await ReadLineAsync(stream, cancel).ConfigureAwait(false) is not { } first || first.Split(' ') is not [_, var code, ..] || !int.TryParse(code, out var status))
            return null;
        var fields = new Dictionary<string, string>();
        while (await ReadLineAsync(stream, cancel).ConfigureAwait(false) is { } line)
        {
            if (line.Length == 0)
                return new ResponseHead(status, fields);
            var colon = line.IndexOf(':');
            if (colon > 0)
                fields[line[..colon].ToLowerInvariant()] = line[(colon + 1)..].Trim();
        }

        return null;
    }

    // Byte by byte, because what follows the head belongs to the body.
    private static async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancel)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < LongestLine && await stream.ReadAsync(one, cancel).ConfigureAwait(false) == 1)
        {
            if (one[0] == '\n')
                return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }

        return null;
    }

    // bytes 200-999/1000
    private static long[] Numbers(string range)
    {
        var words = range.Split([' ', '-', '/'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new List<long>();
        foreach (var word in words.Skip(1))
        {
            if (long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
        }

        return [.. numbers];
    }
}
