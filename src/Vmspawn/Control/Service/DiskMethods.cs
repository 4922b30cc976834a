using Vmspawn.Control.Storage;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary>The methods of <c>org.vmspawn.Machine</c> about disks and ports.</summary>
internal sealed class DiskMethods(DiskHotplug disks)
{
    /// <summary>The longest time that a client may wait.</summary>
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromHours(1);

    public Task ListStorageAsync(VarlinkCall call) => call.ReplyAsync(reply =>
    {
        reply.WriteStartArray("storage"u8);
        foreach (var disk in disks.Table.All)
            StorageJson.WriteDisk(reply, disk, disks.Topology);
        reply.WriteEndArray();
    }).AsTask();

    public Task ListPortsAsync(VarlinkCall call) =>
        call.ReplyAsync(reply => StorageJson.WritePorts(reply, disks.Ports.Rows)).AsTask();

    public async Task AttachAsync(VarlinkCall call)
    {
        var request = new AttachRequest(
            call.Name(), call.OptionalText("config"), call.OptionalFlag("readOnly"), call.OptionalText("path"), call.OptionalText("format"));
        await ReplyAsync(call, await disks.Attach.AttachAsync(request, call.TakeFile()).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public async Task DetachAsync(VarlinkCall call)
    {
        var done = await disks.Detach.DetachAsync(call.Name(), call.OptionalFlag("wait") ?? true, Timeout(call)).ConfigureAwait(false);
        await call.ReplyAsync(reply => reply.WriteBoolean("done"u8, done)).ConfigureAwait(false);
    }

    public async Task ReplaceAsync(VarlinkCall call)
    {
        var disk = await disks.Replace.ReplaceAsync(
            call.Name(), call.TakeFile(), call.OptionalText("path"), call.OptionalText("format")).ConfigureAwait(false);
        await ReplyAsync(call, disk).ConfigureAwait(false);
    }

    private static TimeSpan Timeout(VarlinkCall call)
    {
        if (call.Optional("timeoutUsec") is not { } given)
            return DiskDetach.DefaultTimeout;
        var microseconds = given.GetInt64();
        return microseconds >= 0 && microseconds <= LongestTimeout.TotalMicroseconds
            ? TimeSpan.FromMicroseconds(microseconds)
            : throw new VmControlException(
                VmControlFailure.BadConfig, $"timeoutUsec={microseconds} is not between 0 and an hour");
    }

    private async Task ReplyAsync(VarlinkCall call, StorageEntry disk) => await call.ReplyAsync(reply =>
    {
        reply.WritePropertyName("storage"u8);
        StorageJson.WriteDisk(reply, disk, disks.Topology);
    }).ConfigureAwait(false);
}
