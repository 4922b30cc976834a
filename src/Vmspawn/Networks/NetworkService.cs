using System.Text.Json;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Networks.Packets;
using Vmspawn.Options;
using Vmspawn.Varlink;

namespace Vmspawn.Networks;

/// <summary><c>org.vmspawn.Network</c>: machines that join, and requests of people.</summary>
/// <param name="network">The switch.</param>
/// <param name="facts">What does not change of its network.</param>
/// <param name="time">The clock.</param>
/// <param name="remove">Ends the network; called after the reply.</param>
internal sealed class NetworkService(Switch network, NetworkFacts facts, TimeProvider time, Action remove)
{
    /// <summary>Names in one request.</summary>
    private const int MostNames = 1000;

    public VarlinkImplementation Create() => new VarlinkImplementation(NetworkInterface.Description)
        .On("Describe", call => call.ReplyAsync(Write))
        .On("Join", async call => await JoinAsync(call).ConfigureAwait(false))
        .On("Separate", SeparateAsync)
        .On("Heal", call =>
        {
            network.Heal();
            return call.ReplyAsync();
        })
        .On("SetQuality", SetQualityAsync)
        .On("Capture", async call => await CaptureAsync(call).ConfigureAwait(false))
        .On("Remove", async call =>
        {
            await call.ReplyAsync().ConfigureAwait(false);
            remove();
        });

    private static VarlinkErrorException Refuse(string reason) => new($"{NetworkInterface.Name}.Refused", error => error.WriteString("reason"u8, reason));

    private static Microsoft.Win32.SafeHandles.SafeFileHandle TakeDescriptor(VarlinkCall call) =>
        call.Descriptors.TryTake(call.Parameters.GetProperty("fileDescriptorIndex"u8).GetInt64(), out var descriptor)
            ? descriptor
            : throw ServiceErrors.InvalidParameter("fileDescriptorIndex");

    private async Task JoinAsync(VarlinkCall call)
    {
        var machine = call.Parameters.GetProperty("machine"u8).GetString()!;
        var descriptor = TakeDescriptor(call);
        if (!MachineNameText.IsValid(machine) || EthernetAddress.Parse(call.Parameters.GetProperty("mac"u8).GetString()!) is not { } mac)
        {
            descriptor.Dispose();
            throw ServiceErrors.InvalidParameter(MachineNameText.IsValid(machine) ? "mac" : "machine");
        }

        DatagramConnection socket;
        try
        {
            socket = DatagramConnection.Adopt(descriptor);
        }
        catch (LinuxException)
        {
            throw ServiceErrors.InvalidParameter("fileDescriptorIndex");
        }

        var port = network.TryJoin(machine, mac, socket, out var refusal) ?? throw Refuse(refusal);
        try
        {
            await call.ContinueAsync(reply => reply.WriteString("address"u8, NetworkFacts.ToAddress(port.Lease.Address).ToString())).ConfigureAwait(false);
            await Task.Delay(Timeout.InfiniteTimeSpan, call.Cancellation).ConfigureAwait(false);
        }
        finally
        {
            network.Leave(port);
        }
    }

    private ValueTask SeparateAsync(VarlinkCall call)
    {
        var (one, other) = (call.Parameters.Texts("one").ToList(), call.Parameters.Texts("other").ToList());
        if (one.Count + other.Count > MostNames || network.Separations.Count >= MostNames)
            throw Refuse("this is too much for a network");
        network.Separate(one, other);
        return call.ReplyAsync();
    }

    private ValueTask SetQualityAsync(VarlinkCall call)
    {
        var given = call.Parameters.GetProperty("quality"u8);
        TimeSpan Time(string name) => TimeSpan.FromMicroseconds(Math.Clamp(given.GetProperty(name).GetInt64(), -1, (long)VmNetworkQuality.LongestDelay.TotalMicroseconds + 1));
        var quality = new VmNetworkQuality { Loss = given.GetProperty("loss"u8).GetDouble(), Delay = Time("delayUsec"), Jitter = Time("jitterUsec") };
        if (quality.WhyNot is { } why)
            throw Refuse(why);
        network.Quality = quality;
        return call.ReplyAsync();
    }

    private async Task CaptureAsync(VarlinkCall call)
    {
        DescriptorStream pipe;
        try
        {
            pipe = new DescriptorStream(TakeDescriptor(call));
        }
        catch (LinuxException)
        {
            // A regular file cannot be waited for.
            throw ServiceErrors.InvalidParameter("fileDescriptorIndex");
        }

        var capture = new VmNetworkCapture(network.Tap, pipe, time);
        try
        {
            await call.ContinueAsync().ConfigureAwait(false);
            await capture.Ended.WaitAsync(call.Cancellation).ConfigureAwait(false);
        }
        catch (LinuxException)
        {
            // The client has closed the pipe.
        }
        finally
        {
            // A pipe that is full and not read would delay the end.
            await pipe.DisposeAsync().ConfigureAwait(false);
            await capture.DisposeAsync().AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await call.ReplyAsync().ConfigureAwait(false);
    }

    private void Write(Utf8JsonWriter reply)
    {
        reply.WriteString("name"u8, facts.Name);
        reply.WriteNumber("pid"u8, Environment.ProcessId);
        reply.WriteString("subnet"u8, facts.Subnet.ToString());
        reply.WriteString("address"u8, NetworkFacts.ToAddress(facts.Own.Address).ToString());
        reply.WriteStartArray("members"u8);
        foreach (var member in network.Members)
        {
            reply.WriteStartObject();
            reply.WriteString("machine"u8, member.Machine);
            reply.WriteString("mac"u8, member.Mac);
            reply.WriteString("address"u8, member.Address.ToString());
            reply.WriteEndObject();
        }

        reply.WriteEndArray();
        reply.WriteStartArray("partitions"u8);
        foreach (var (one, other) in network.Separations)
        {
            reply.WriteStartObject();
            WriteNames(reply, "one", one);
            WriteNames(reply, "other", other);
            reply.WriteEndObject();
        }

        reply.WriteEndArray();
        var quality = network.Quality;
        reply.WriteStartObject("quality"u8);
        reply.WriteNumber("loss"u8, quality.Loss);
        reply.WriteNumber("delayUsec"u8, (long)quality.Delay.TotalMicroseconds);
        reply.WriteNumber("jitterUsec"u8, (long)quality.Jitter.TotalMicroseconds);
        reply.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter reply, string property, IReadOnlyList<string> names)
    {
        reply.WriteStartArray(property);
        foreach (var name in names)
            reply.WriteStringValue(name);
        reply.WriteEndArray();
    }
}
