using System.Globalization;
using System.Text;

namespace Vmspawn.Catalog;

/// <summary>Requests by curl(1).</summary>
/// <remarks>
/// .NET's HttpClient would make the program 3.8 MB larger for machines that download nothing, and needs .NET's sockets and OpenSSL, which the program does
/// without. curl knows proxies and the host's certificates.
/// </remarks>
internal static class Curl
{
    private const int LongestText = 4 << 20;

    /// <summary>A limit for one request; a stalled one is ended by curl much earlier.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromHours(12);

    /// <summary>What curl's exit status says of a connection that may work the next time: could not connect, ended early, timed out, broke.</summary>
    private static readonly int[] BrokenConnection = [7, 18, 28, 35, 52, 55, 56, 92];

    /// <summary>Requests an address.</summary>
    /// <param name="image">The image's name, for messages.</param>
    /// <param name="address">The address; redirects are followed.</param>
    /// <param name="resume">Where to resume: the first byte, and the validator of the file whose first bytes are there already.</param>
    /// <param name="read">Reads the body of a successful response.</param>
    /// <param name="cancel">Cancels it.</param>
    /// <param name="isTrusted">Whether nothing else checks the content, so that redirects from https lead to https only.</param>
    /// <returns>Null for success; else why not.</returns>
    public static async Task<RequestFailure?> GetAsync(
        string image, Uri address, (long From, string Validator)? resume, Func<ResponseHead, Stream, CancellationToken, Task> read, CancellationToken cancel, bool isTrusted = false)
    {
        string[] range = resume is var (from, validator)
            ? ["--range", string.Create(CultureInfo.InvariantCulture, $"{from}-"), "--header", $"If-Range: {validator}"]
            : [];
        string[] arguments =
        [
            "--disable", "--silent", "--show-error", "--fail", "--no-buffer", "--globoff", "--location", "--max-redirs", "10", "--proto", "=http,https",
            "--proto-redir", isTrusted ? "=https" : "=http,https", "--connect-timeout", "30", "--speed-limit", "1", "--speed-time", "60",
            "--include", "--suppress-connect-headers", .. range, "--", address.AbsoluteUri,
        ];
        var status = 0;
        var (exit, said) = await new ProgramRun(image, "curl", arguments, Bound) { UsesNetwork = true }.RunAsync(
            async (output, end) =>
            {
                if (await ResponseHead.ReadAsync(output, end).ConfigureAwait(false) is not { } head)
                    return;
                status = head.Status;
                if (status is 200 or 206)
                    await read(head, output, end).ConfigureAwait(false);
            },
            cancel).ConfigureAwait(false);
        if (exit.IsSuccess && status is 200 or 206)
            return null;
        var isBroken = exit.ExitCode is { } code && Array.IndexOf(BrokenConnection, code) >= 0;
        return new RequestFailure($"{address} cannot be downloaded: curl {exit}{said}", status, isBroken || status is 429 or >= 500);
    }

    /// <summary>A small text.</summary>
    /// <exception cref="VmImageException">It cannot be downloaded, or is not small.</exception>
    public static async Task<string> TextAsync(string image, Uri address, CancellationToken cancel)
    {
        using var text = new MemoryStream();
        var failure = await GetAsync(
            image,
            address,
            null,
            async (_, body, end) =>
            {
                var buffer = new byte[4096];
                for (int count; (count = await body.ReadAsync(buffer, end).ConfigureAwait(false)) > 0;)
                {
                    await text.WriteAsync(buffer.AsMemory(0, count), end).ConfigureAwait(false);
                    if (text.Length > LongestText)
                        throw new VmImageException(image, $"{address} is larger than a list of checksums is");
                }
            },
            cancel,
            isTrusted: address.Scheme == Uri.UriSchemeHttps).ConfigureAwait(false);
        return failure is null ? Encoding.UTF8.GetString(text.ToArray()) : throw new VmImageException(image, failure.Reason);
    }
}

/// <summary>Why a request failed.</summary>
/// <param name="Reason">The reason, a sentence.</param>
/// <param name="Status">The response's status code; 0 without one.</param>
/// <param name="MayWorkLater">Whether it is worth another try.</param>
internal sealed record RequestFailure(string Reason, int Status, bool MayWorkLater);
