using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Catalog;

/// <summary>A file that is being downloaded. It is kept when the download is interrupted, with what the server said of it, and resumed by the next one.</summary>
/// <param name="Path">The file.</param>
internal sealed record PartialFile(string Path)
{
    private const int Attempts = 3;
    private const int ChunkSize = 128 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string NotePath => $"{Path}.from";

    /// <summary>Downloads what is missing.</summary>
    /// <param name="image">The image's name, for messages.</param>
    /// <param name="address">The address.</param>
    /// <param name="progress">Is told the bytes so far and in all.</param>
    /// <param name="cancel">Cancels it; the file is kept.</param>
    /// <exception cref="VmImageException">It cannot be downloaded.</exception>
    public async Task DownloadAsync(string image, Uri address, Action<long, long?> progress, CancellationToken cancel)
    {
        using var file = NewFile.OpenOrCreate(Path);
        for (var failures = 0; ;)
        {
            var before = RandomAccess.GetLength(file);
            if (await TryAsync(image, address, file, progress, cancel).ConfigureAwait(false) is not { } failure)
                return;
            if (failure.Status == 416 && before > 0)
                RandomAccess.SetLength(file, 0);
            else if (!failure.MayWorkLater)
                throw new VmImageException(image, failure.Reason);
            failures = RandomAccess.GetLength(file) > before ? 1 : failures + 1;
            if (failures == Attempts)
                throw new VmImageException(image, failure.Reason);
            await Task.Delay(Pause, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Removes it.</summary>
    public void Remove()
    {
        File.Delete(Path);
        File.Delete(NotePath);
    }

    private async Task<RequestFailure?> TryAsync(string image, Uri address, SafeFileHandle file, Action<long, long?> progress, CancellationToken cancel)
    {
        var have = RandomAccess.GetLength(file);
        (long, string)? resume = have > 0 && ValidatorOf(address) is { } known ? (have, known) : null;
        string? mistake = null;
        var failure = await Curl.GetAsync(
            image,
            address,
            resume,
            async (head, body, end) =>
            {
                if (head.Status == 206 && head.From != have)
                {
                    mistake = $"{address}: the server sent another part than was asked for";
                    return;
                }

                if (head.Status == 200)
                {
                    // The whole file, because it has changed or the server sends no parts.
                    RandomAccess.SetLength(file, 0);
                    Note(address, head.Validator);
                }

                CheckRoom(image, file, head);
                await WriteAsync(image, body, file, bytes => progress(bytes, head.Total), end).ConfigureAwait(false);
                if (head.Total is { } total && RandomAccess.GetLength(file) < total)
                    mistake = $"{address}: the connection ended before the file";
            },
            cancel).ConfigureAwait(false);
        return failure ?? (mistake is null ? null : new RequestFailure(mistake, 0, MayWorkLater: true));
    }

    private async Task WriteAsync(string image, Stream body, SafeFileHandle file, Action<long> progress, CancellationToken cancel)
    {
        var buffer = new byte[ChunkSize];
        var at = RandomAccess.GetLength(file);
        for (int count; (count = await body.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0;)
        {
            try
            {
                RandomAccess.Write(file, buffer.AsSpan(0, count), at);
            }
            catch (IOException error)
            {
                // What is there would only keep the disk full.
                Remove();
                throw new VmImageException(image, $"the download cannot be written to {System.IO.Path.GetDirectoryName(Path)}: {FailureReason.Of(error)}", error);
            }

            at += count;
            progress(at);
        }
    }

    private void CheckRoom(string image, SafeFileHandle file, ResponseHead head)
    {
        var missing = (head.Total ?? 0) - RandomAccess.GetLength(file);
        var free = FileSystemFacts.Of(file).AvailableBytes;
        if (missing > 0 && (ulong)missing > free)
        {
            throw new VmImageException(image, $"the download needs {Mebibytes((ulong)missing)} more and {System.IO.Path.GetDirectoryName(Path)} has {Mebibytes(free)} free; "
                + "\"vmspawn image rm\" removes images, and $VMSPAWN_IMAGES names another directory");
        }
    }

    private static string Mebibytes(ulong bytes) => $"{(bytes + (1 << 20) - 1) >> 20} MiB";

    private string? ValidatorOf(Uri address)
    {
        try
        {
            using var note = JsonDocument.Parse(File.ReadAllBytes(NotePath));
            return note.RootElement.Text("address") == address.AbsoluteUri ? note.RootElement.Text("validator") : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private void Note(Uri address, string? validator)
    {
        if (validator is null)
        {
            File.Delete(NotePath);
            return;
        }

        AtomicFile.TryWrite(NotePath, System.Text.Encoding.UTF8.GetBytes(JsonText.Of(json =>
        {
            json.WriteStartObject();
            json.WriteString("address", address.AbsoluteUri);
            json.WriteString("validator", validator);
            json.WriteEndObject();
        })));
    }
}
