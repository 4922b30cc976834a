using System.Text.Json;
using CsCheck;

namespace Vmspawn.Qmp.Tests;

public class TypedCommandTests
{
    private static readonly Gen<string> Json = Gen.Recursive<string>((depth, nested) => depth > 3
        ? Gen.OneOf("null", "true", "1", "-1.5", "1e400", "99999999999999999999", "\"x\"", "\"\\ud800\"", "{}", "[]")
        : Gen.OneOf(
            Gen.OneOf("null", "false", "2", "\"running\"", "\"\\ud800\""),
            nested.Array[0, 3].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(Gen.OneOf("bus", "devices", "status", "running", "id", "class_info", "inserted", "fds", "file", "drv", "actual"), nested)
                .Array[0, 4].Select(members => $"{{{string.Join(',', members.Select(m => $"\"{m.Item1}\":{m.Item2}"))}}}")));

    [Fact]
    public void Any_answer_is_read_or_is_called_unexpected() => Json.Sample(text =>
    {
        var answer = JsonDocument.Parse(text).RootElement;
        Func<object>[] reads =
        [
            () => ReplyFields.AsList(answer, QmpPciBus.Read), () => ReplyFields.AsList(answer, QmpBlockDevice.Read),
            () => ReplyFields.AsList(answer, QmpBlockNode.Read), () => ReplyFields.AsList(answer, QmpFdset.Read),
            () => ReplyFields.AsList(answer, QmpCpu.Read), () => ReplyFields.AsList(answer, QmpProperty.Read),
            () => QmpGreeting.Read(answer), () => ReplyFields.AsText(answer), () => answer.Int64("actual"), () => answer.Flag("running"),
        ];
        foreach (var read in reads)
        {
            var failure = Record.Exception(read);
            Assert.True(failure is null or FormatException, $"{failure} at {text}");
        }
    });

    [Fact]
    public async Task An_answer_of_another_shape_names_command_and_member()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        Task call = client.QueryStatusAsync();
        await peer.ReturnAsync(await peer.NextAsync(), """{"running": true}""");
        var odd = await Assert.ThrowsAsync<QmpReplyException>(() => call);
        Assert.Equal("query-status: QEMU's answer has an unexpected shape: 'status' is missing", odd.Message);
    }

    [Fact]
    public async Task Commands_are_written_as_qemu_spells_them()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        await SendsAsync(() => client.DeviceAddAsync("nvme", "d0", "p0", w => w.WriteString("serial", "s")), """"device_add","arguments":{"driver":"nvme","id":"d0","bus":"p0","serial":"s"}"""");
        await SendsAsync(() => client.BlockdevAddAsync("raw", "n0", w => w.WriteString("file", "f0")), """"blockdev-add","arguments":{"driver":"raw","node-name":"n0","file":"f0"}"""");
        await SendsAsync(() => client.BlockdevReopenAsync(w => { w.WriteStartObject(); w.WriteEndObject(); }), """"blockdev-reopen","arguments":{"options":[{}]}"""");
        await SendsAsync(() => client.BlockResizeAsync("n0", 512), """"block_resize","arguments":{"node-name":"n0","size":512}"""");
        await SendsAsync(() => client.BlockdevChangeMediumAsync("cd", "/dev/fdset/1", "raw", readOnly: true), """"blockdev-change-medium","arguments":{"id":"cd","filename":"/dev/fdset/1","format":"raw","read-only-mode":"read-only"}"""");
        await SendsAsync(() => client.EjectAsync("cd", force: true), """"eject","arguments":{"id":"cd","force":true}"""");
        await SendsAsync(() => client.RemoveFdAsync(3, 11), """"remove-fd","arguments":{"fdset-id":3,"fd":11}"""");
        await SendsAsync(() => client.BalloonAsync(1 << 20), """"balloon","arguments":{"value":1048576}"""");
        await SendsAsync(() => client.QomSetAsync("/a", "b", w => w.WriteBooleanValue(true)), """"qom-set","arguments":{"path":"/a","property":"b","value":true}"""");
        await SendsAsync(() => client.ObjectAddAsync("iothread", "t0"), """"object-add","arguments":{"qom-type":"iothread","id":"t0"}"""");
        await SendsAsync(() => client.SystemPowerdownAsync(), "system_powerdown\"");
        await SendsAsync(() => client.SystemResetAsync(), "system_reset\"");

        async Task SendsAsync(Func<Task> send, string expected)
        {
            var call = send();
            var command = await peer.NextAsync();
            Assert.Equal($$"""{"execute":"{{expected}},"id":{{command.GetProperty("id")}}}""", command.GetRawText());
            await peer.ReturnAsync(command);
            await call;
        }
    }

    [Fact]
    public async Task A_quit_that_is_answered_by_the_end_has_succeeded()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        var call = client.QuitAsync();
        await peer.NextAsync();
        await peer.DisposeAsync();
        await call;
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => client.QueryStatusAsync());
    }
}
