using System.Text.Json;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary><c>org.vmspawn.Faults</c>: faults for tests.</summary>
internal sealed class FaultService(Faults faults)
{
    public const string Name = "org.vmspawn.Faults";

    private static readonly VarlinkInterface Description = VarlinkInterface.Parse("""
        # Faults of a virtual machine of vmspawn, for tests. Every error says in a sentence why.
        interface org.vmspawn.Faults

        # Which requests of the guest fail.
        type DiskFault (
            reads: ?bool,
            # Discards as well.
            writes: ?bool,
            flushes: ?bool,
            # Only the next request of each kind.
            once: ?bool,
            # As on a full file system (ENOSPC), for which QEMU pauses the machine; otherwise EIO.
            full: ?bool
        )

        # A program that serves a device.
        type Helper (name: string, purpose: string, pid: int)

        # Makes a disk fail; without a fault, it works again.
        method SetDiskFault(name: string, fault: ?DiskFault) -> ()

        # Takes the link of a network card down or up. Cards are counted from 0, in the order of the options.
        method SetLink(card: int, up: bool) -> ()

        # Kills QEMU.
        method CutPower() -> ()

        method ListHelpers() -> (helpers: []Helper)

        method SetHelperFault(name: string, fault: (kill, stop, continue)) -> ()

        error Refused (reason: string)
        """);

    public VarlinkImplementation Create() => new VarlinkImplementation(Description)
        .On("SetDiskFault", Guarded(async call =>
        {
            await faults.SetDiskAsync(call.Name(), call.Optional("fault") is { } fault ? Read(fault) : null).ConfigureAwait(false);
            await call.ReplyAsync().ConfigureAwait(false);
        }))
        .On("SetLink", Guarded(async call =>
        {
            await faults.SetLinkAsync(call.Parameters.GetProperty("card"u8).GetInt64(), call.Parameters.GetProperty("up"u8).GetBoolean()).ConfigureAwait(false);
            await call.ReplyAsync().ConfigureAwait(false);
        }))
        .On("CutPower", Guarded(async call =>
        {
            // The reply is sent first: the end of QEMU is the end of the control socket.
            await call.ReplyAsync().ConfigureAwait(false);
            faults.CutPower();
        }))
        .On("ListHelpers", Guarded(call => call.ReplyAsync(WriteHelpers).AsTask()))
        .On("SetHelperFault", Guarded(async call =>
        {
            faults.Signal(call.Name(), call.Parameters.GetProperty("fault"u8).GetString() switch
            {
                "stop" => HelperFault.Stop,
                "continue" => HelperFault.Continue,
                _ => HelperFault.Kill,
            });
            await call.ReplyAsync().ConfigureAwait(false);
        }));

    private static VarlinkHandler Guarded(Func<VarlinkCall, Task> method) =>
        GuardedHandler.Of(method, (_, failure) => new VarlinkErrorException($"{Name}.Refused", error => error.WriteString("reason"u8, failure.Message)));

    private static DiskFault Read(JsonElement fault)
    {
        bool Flag(string name) => fault.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
        return new DiskFault { Reads = Flag("reads"), Writes = Flag("writes"), Flushes = Flag("flushes"), Once = Flag("once"), IsFull = Flag("full") };
    }

    private void WriteHelpers(Utf8JsonWriter reply)
    {
        reply.WriteStartArray("helpers"u8);
        foreach (var helper in faults.Helpers)
        {
            reply.WriteStartObject();
            reply.WriteString("name"u8, helper.Name);
            reply.WriteString("purpose"u8, helper.Purpose);
            reply.WriteNumber("pid"u8, helper.ProcessId);
            reply.WriteEndObject();
        }

        reply.WriteEndArray();
    }
}
