using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Varlink;

namespace Vmspawn.Volumes;

/// <summary>A client of storage providers (io.systemd.StorageProvider).</summary>
internal static class StorageProvider
{
    private const string Interface = "io.systemd.StorageProvider";

    /// <summary>Time limit for a provider to list its volumes.</summary>
    private static readonly TimeSpan FindBound = TimeSpan.FromSeconds(20);

    /// <summary>A longer limit for acquiring, because a new volume may have to be filled first.</summary>
    private static readonly VarlinkClientOptions LongCalls = new() { CallTime = TimeSpan.FromMinutes(2) };

    /// <summary>Path of a provider's socket.</summary>
    /// <param name="isUser">Whether the machine runs in user scope.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="provider">Its name.</param>
    public static string SocketOf(bool isUser, Func<string, string?> environment, string provider)
    {
        var place = isUser && environment("XDG_RUNTIME_DIR") is ['/', ..] own ? own : "/run";
        return Path.Combine(place, "systemd", Interface, provider);
    }

    /// <summary>The provider's facts about a volume, without creating it; null when it does not list one with this name.</summary>
    /// <exception cref="VolumeException">The query failed.</exception>
    public static Task<VolumeFacts?> FindAsync(string socket, string volume, CancellationToken cancel) => FindAsync(socket, volume, FindBound, cancel);

    /// <inheritdoc cref="FindAsync(string, string, CancellationToken)"/>
    internal static async Task<VolumeFacts?> FindAsync(string socket, string volume, TimeSpan bound, CancellationToken cancel)
    {
        // A streaming call has no time limit of its own.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(bound);
        try
        {
            return await AskAsync(socket, volume, client => FindAsync(client, volume, limit.Token), limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new VolumeException($"its provider did not answer within {bound.TotalSeconds:0.#} s");
        }
    }

    private static async Task<VolumeFacts?> FindAsync(VarlinkClient client, string volume, CancellationToken cancel)
    {
        try
        {
            // The parameter is a pattern, so that other volumes may match too.
            await foreach (var reply in client.CallMoreAsync($"{Interface}.ListVolumes", writer => writer.WriteString("matchName"u8, volume), cancellationToken: cancel).ConfigureAwait(false))
            {
                using (reply)
                {
                    if (VolumeFacts.Read(reply.Parameters, volume) is { } facts)
                        return facts;
                }
            }
        }
        catch (VarlinkErrorException)
        {
            // Some providers do not implement listing.
        }

        return null;
    }

    /// <summary>Opens a volume, or creates it if requested.</summary>
    /// <param name="socket">The provider's socket.</param>
    /// <param name="request">The volume.</param>
    /// <param name="cancel">Cancels the wait for the answer.</param>
    /// <returns>The open file or block device, owned by the caller, and whether it is open for reading only.</returns>
    /// <exception cref="VolumeException">The provider refuses, or is not available.</exception>
    public static Task<(SafeFileHandle File, bool ReadOnly)> AcquireAsync(string socket, VolumeRequest request, CancellationToken cancel = default) => AskAsync(socket, request.Volume, async client =>
    {
        using var reply = await client.CallAsync($"{Interface}.Acquire", writer => Write(writer, request), cancellationToken: cancel).ConfigureAwait(false);
        if (!reply.Parameters.TryGetProperty("fileDescriptorIndex"u8, out var number)
            || !number.TryGetInt64(out var index)
            || !reply.Descriptors.TryTake(index, out var file))
            throw new VolumeException("its provider sent no descriptor");
        if (FileFacts.Of(file).Kind is FileKind.Regular or FileKind.Block)
            return (file, reply.Parameters.TryGetProperty("readOnly"u8, out var readOnly) && readOnly.ValueKind == JsonValueKind.True);
        file.Dispose();
        throw new VolumeException("it is neither a regular file nor a block device");
    }, cancel);

    private static async Task<T> AskAsync<T>(string socket, string volume, Func<VarlinkClient, Task<T>> ask, CancellationToken cancel)
    {
        VolumeException? failure;
        try
        {
            var client = await VarlinkClient.ConnectAsync(socket, LongCalls, cancel).ConfigureAwait(false);
            await using var clientDisposal = client.ConfigureAwait(false);
            return await ask(client).ConfigureAwait(false);
        }
        catch (Exception e) when (VolumeException.Of(volume, e) is not null)
        {
            failure = VolumeException.Of(volume, e);
        }

        throw failure!;
    }

    private static void Write(Utf8JsonWriter writer, VolumeRequest request)
    {
        writer.WriteString("name"u8, request.Volume);
        if (request.Create is { } create)
            writer.WriteString("createMode"u8, create switch { VolumeCreation.New => "new"u8, VolumeCreation.Open => "open"u8, _ => "any"u8 });
        if (request.Template is { Length: > 0 } template)
            writer.WriteString("template"u8, template);
        if (request.ReadOnly is { } readOnly)
            writer.WriteBoolean("readOnly"u8, readOnly);
        if (request.AsBlockDevice is { } block)
            writer.WriteString("requestAs"u8, block ? "blk"u8 : "reg"u8);
        if (request.Size is { } size)
            writer.WriteNumber("createSizeBytes"u8, size);
    }
}

/// <summary>A volume in the provider's list.</summary>
/// <param name="IsBlockDevice">A block device, else a regular file.</param>
/// <param name="IsDirectory">A directory, which cannot be used as a disk.</param>
/// <param name="ReadOnly">It is not writable.</param>
/// <param name="Size">Bytes, or null when unknown.</param>
internal sealed record VolumeFacts(bool IsBlockDevice, bool IsDirectory, bool ReadOnly, long? Size)
{
    /// <summary>Parses an entry of the list; null for another name.</summary>
    public static VolumeFacts? Read(JsonElement entry, string name)
    {
        if (entry.Text("name") != name && !entry.Texts("aliases").Contains(name))
            return null;
        var type = entry.Text("type");
        return new VolumeFacts(
            type == "blk",
            type == "dir",
            entry.TryGetProperty("readOnly"u8, out var readOnly) && readOnly.ValueKind == JsonValueKind.True,
            entry.TryGetProperty("sizeBytes"u8, out var size) && size.TryGetInt64(out var bytes) ? bytes : null);
    }
}

/// <summary>A storage provider did not fulfil a request.</summary>
internal sealed class VolumeException : IOException
{
    /// <param name="reason">The reason.</param>
    public VolumeException(string reason)
        : base(reason)
    {
    }

    /// <summary>The exception for a failed call; null for an error that is not the provider's.</summary>
    public static VolumeException? Of(string volume, Exception error) => error switch
    {
        VarlinkErrorException refusal => new VolumeException(Words(volume, refusal)),
        LinuxException { Errno: Errno.ENOENT or Errno.ECONNREFUSED or Errno.ENOTDIR } failure =>
            new VolumeException($"no such storage provider serves here: there is no {failure.Subject}"),
        VarlinkDisconnectedException or TimeoutException or LinuxException => new VolumeException(error.Message),
        _ => null,
    };

    private static string Words(string volume, VarlinkErrorException refusal) => refusal.Name[(refusal.Name.LastIndexOf('.') + 1)..] switch
    {
        "NoSuchVolume" => $"there is no volume {volume}",
        "VolumeExists" => $"there is a volume {volume} already, and create=new wants none",
        "NoSuchTemplate" => "there is no such template",
        "BadTemplate" => "that template does not suit a volume of this kind",
        "TypeNotSupported" or "WrongType" => "it has no such volume as a disk needs: a regular file or a block device",
        "CreateNotSupported" => $"there is no volume {volume}, and the provider makes none of this kind",
        "CreateSizeRequired" => $"there is no volume {volume}, and size= is needed to make it",
        "ReadOnlyVolume" => "it is read-only (use read-only=yes)",
        "PermissionDenied" => "permission denied by the storage provider",
        "InvalidParameter" => $"its provider does not accept this: {refusal.Message}",
        _ => $"its provider refused with {refusal.Message}",
    };
}
