using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Varlink;

namespace Vmspawn.Volumes;

/// <summary>A program that hands out storage volumes (io.systemd.StorageProvider).</summary>
internal static class StorageProvider
{
    private const string Interface = "io.systemd.StorageProvider";

    /// <summary>A new volume may have to be filled first.</summary>
    private static readonly VarlinkClientOptions Patient = new() { CallTime = TimeSpan.FromMinutes(2) };

    /// <summary>Path of a provider's socket.</summary>
    /// <param name="isUser">Whether the machine is a user's.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="provider">Its name.</param>
    public static string SocketOf(bool isUser, Func<string, string?> environment, string provider)
    {
        var place = isUser && environment("XDG_RUNTIME_DIR") is ['/', ..] own ? own : "/run";
        return Path.Combine(place, "systemd", Interface, provider);
    }

    /// <summary>What the provider says of a volume, without making it; null when it lists none of that name.</summary>
    /// <exception cref="VolumeException">It cannot be asked.</exception>
    public static Task<VolumeFacts?> FindAsync(string socket, string volume) => AskAsync<VolumeFacts?>(socket, volume, async client =>
    {
        try
        {
            // The name is a pattern there, so that others may match it too.
            await foreach (var reply in client.CallMoreAsync($"{Interface}.ListVolumes", writer => writer.WriteString("matchName"u8, volume)))
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
            // Some list nothing.
        }

        return null;
    });

    /// <summary>Opens a volume, or makes it where that is wished.</summary>
    /// <param name="socket">The provider's socket.</param>
    /// <param name="wish">The volume.</param>
    /// <returns>The open file or block device, the caller's, and whether it is open for reading alone.</returns>
    /// <exception cref="VolumeException">The provider refuses, or is not there.</exception>
    public static Task<(SafeFileHandle File, bool ReadOnly)> AcquireAsync(string socket, VolumeWish wish) => AskAsync(socket, wish.Volume, async client =>
    {
        using var reply = await client.CallAsync($"{Interface}.Acquire", writer => Write(writer, wish));
        if (!reply.Parameters.TryGetProperty("fileDescriptorIndex"u8, out var number)
            || !number.TryGetInt64(out var index)
            || !reply.Descriptors.TryTake(index, out var file))
            throw new VolumeException("its provider sent no descriptor");
        if (FileFacts.Of(file).Kind is FileKind.Regular or FileKind.Block)
            return (file, reply.Parameters.TryGetProperty("readOnly"u8, out var readOnly) && readOnly.ValueKind == JsonValueKind.True);
        file.Dispose();
        throw new VolumeException("it is neither a regular file nor a block device");
    });

    private static async Task<T> AskAsync<T>(string socket, string volume, Func<VarlinkClient, Task<T>> ask)
    {
        VolumeException? failure;
        try
        {
            await using var client = await VarlinkClient.ConnectAsync(socket, Patient);
            return await ask(client);
        }
        catch (Exception e) when (VolumeException.Of(volume, e) is not null)
        {
            failure = VolumeException.Of(volume, e);
        }

        throw failure!;
    }

    private static void Write(Utf8JsonWriter writer, VolumeWish wish)
    {
        writer.WriteString("name"u8, wish.Volume);
        if (wish.Create is { } create)
            writer.WriteString("createMode"u8, create switch { VolumeCreation.New => "new"u8, VolumeCreation.Open => "open"u8, _ => "any"u8 });
        if (wish.Template is { Length: > 0 } template)
            writer.WriteString("template"u8, template);
        if (wish.ReadOnly is { } readOnly)
            writer.WriteBoolean("readOnly"u8, readOnly);
        if (wish.AsBlockDevice is { } block)
            writer.WriteString("requestAs"u8, block ? "blk"u8 : "reg"u8);
        if (wish.Size is { } size)
            writer.WriteNumber("createSizeBytes"u8, size);
    }
}
