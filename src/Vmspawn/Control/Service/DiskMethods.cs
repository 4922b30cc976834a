using Vmspawn.Control.Storage;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary>The methods of <c>org.vmspawn.Machine</c> about disks and ports.</summary>
internal sealed class DiskMethods(DiskBay bay)
{
    /// <summary>The longest that a caller may want to wait.</summary>
    private static readonly TimeSpan MostPatience = TimeSpan.FromHours(1);

    public Task ListStorageAsync(VarlinkCall call) => call.ReplyAsync(reply =>
    {
        reply.WriteStartArray("storage"u8);
        foreach (var disk in bay.Table.All)
            StorageJson.WriteDisk(reply, disk, bay.Topology);
        reply.WriteEndArray();
    }).AsTask();

    public Task ListPortsAsync(VarlinkCall call) =>
        call.ReplyAsync(reply => StorageJson.WritePorts(reply, bay.Ports.Rows)).AsTask();

    public async Task AttachAsync(VarlinkCall call)
    {
        var wish = new AttachWish(
            call.Name(), call.OptionalText("config"), call.OptionalFlag("readOnly"), call.OptionalText("path"));
        using var file = call.TakeFile();
        await ReplyAsync(call, await bay.Attach.AttachAsync(wish, file));
    }

    public async Task DetachAsync(VarlinkCall call)
    {
        var done = await bay.Detach.DetachAsync(call.Name(), call.OptionalFlag("wait") ?? true, Patience(call));
        await call.ReplyAsync(reply => reply.WriteBoolean("done"u8, done));
    }

    public async Task ReplaceAsync(VarlinkCall call)
    {
        using var file = call.TakeFile();
        await ReplyAsync(call, await bay.Replace.ReplaceAsync(call.Name(), file, call.OptionalText("path")));
    }

    private static TimeSpan Patience(VarlinkCall call)
    {
        if (call.Optional("timeoutUsec") is not { } given)
            return DiskDetach.UsualPatience;
        var microseconds = given.GetInt64();
        return microseconds >= 0 && microseconds <= MostPatience.TotalMicroseconds
            ? TimeSpan.FromMicroseconds(microseconds)
            : throw new ControlException(
                ControlFailure.BadConfig, $"timeoutUsec={microseconds} is not between 0 and an hour");
    }

    private async Task ReplyAsync(VarlinkCall call, StorageEntry disk) => await call.ReplyAsync(reply =>
    {
        reply.WritePropertyName("storage"u8);
        StorageJson.WriteDisk(reply, disk, bay.Topology);
    });
}
