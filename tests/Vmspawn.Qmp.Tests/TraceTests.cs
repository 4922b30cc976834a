using System.Text;
using CsCheck;

namespace Vmspawn.Qmp.Tests;

public class TraceTests
{
    [Theory]
    [InlineData("""{"execute":"object-add","arguments":{"qom-type":"secret","id":"s0","data":"S3CRET"},"id":1}""")]
    [InlineData("""{"execute":"set_password","arguments":{"protocol":"vnc","password":"S3CRET"},"id":1}""")]
    [InlineData("""{"execute":"set_password","arguments":{"pass\u0077ord":"S3CRET"}}""")]
    [InlineData("""{"execute":"blockdev-add","arguments":{"driver":"https","cookie":"S3CRET","password-secret":"s0"}}""")]
    [InlineData("""{"execute":"x","arguments":{"password":{"a":["S3CRET"]},"passphrase":["S3CRET"]}}""")]
    [InlineData("""{"execute":"send-key","arguments":{"keys":[{"type":"qcode","data":"S3CRET"}]}}""")]
    [InlineData("""{"execute":"human-monitor-command","arguments":{"command-line":"change vnc password S3CRET"}}""")]
    [InlineData("""{"execute":"qom-set","arguments":{"path":"/objects/s0","property":"data","value":"S3CRET"}}""")]
    [InlineData("""{"return":[{"password":"S3CRET"},{"secret":"S3CRET"}],"id":1}""")]
    public void Secrets_are_masked(string line)
    {
        var shown = SecretMask.Apply(Encoding.UTF8.GetBytes(line));
        Assert.DoesNotContain("S3CRET", shown);
        Assert.Contains("***", shown);
    }

    [Theory]
    [InlineData("""{"event":"DEVICE_DELETED","data":{"device":"d0","path":"/a/b"},"timestamp":{"seconds":1,"microseconds":2}}""")]
    [InlineData("""{"execute":"blockdev-add","arguments":{"driver":"luks","key-secret":"s0","read-only":true,"x":null,"y":-1.5e3},"id":3}""")]
    [InlineData("""{"return":{"status":"running","ä":"\u0000"},"id":3}""")]
    public void What_is_no_secret_is_shown_as_it_is(string line) =>
        Assert.Equal(line, SecretMask.Apply(Encoding.UTF8.GetBytes(line)));

    [Fact]
    public void A_sensitive_message_shows_neither_arguments_nor_answer()
    {
        Assert.Equal(
            """{"execute":"a","arguments":"***","id":1}""",
            SecretMask.Apply("""{"execute":"a","arguments":{"b":"S3CRET"},"id":1}"""u8, sensitive: true));
        Assert.Equal("""{"return":"***","id":1}""", SecretMask.Apply("""{"return":"S3CRET","id":1}"""u8, sensitive: true));
    }

    [Fact]
    public void Long_messages_are_cut()
    {
        var member = $"\"{new string('x', 100)}\"";
        var line = $$"""{"return":[{{string.Join(',', Enumerable.Repeat(member, 10_000))}}]}""";
        Assert.InRange(SecretMask.Apply(Encoding.UTF8.GetBytes(line)).Length, 4096, 4200);
        Assert.InRange(SecretMask.Apply(Encoding.UTF8.GetBytes($$"""{"return":"{{new string('x', 100_000)}}"}""")).Length, 10, 100);
    }

    [Fact]
    public void Any_bytes_can_be_masked() =>
        Gen.Byte.Array[0, 60].Sample(bytes => Assert.NotNull(SecretMask.Apply(bytes)));

    [Fact]
    public async Task Each_message_is_traced_once_and_what_comes_back_sensitive_is_not_shown()
    {
        var told = new List<QmpTraceEntry>();
        var (peer, client) = await ScriptedPeer.ConnectedAsync(new() { Trace = told.Add });
        await using var _ = peer;
        var call = client.QomGetAsync("/objects/s0", "data");
        await peer.ReturnAsync(await peer.NextAsync(), "\"S3CRET\"");
        Assert.Equal("S3CRET", (await call).GetString());
        await client.DisposeAsync();
        Assert.Equal(
            [QmpTraceKind.Received, QmpTraceKind.Sent, QmpTraceKind.Received, QmpTraceKind.Sent, QmpTraceKind.Received, QmpTraceKind.Ended],
            told.Select(entry => entry.Kind));
        Assert.DoesNotContain(told, entry => entry.Text.Contains("S3CRET", StringComparison.Ordinal));
        Assert.Equal("this program closed it", told[^1].Text);
    }

    [Fact]
    public async Task A_trace_that_throws_is_the_reason_of_the_end()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync(new()
        {
            Trace = entry =>
            {
                if (entry.Text.Contains("boom", StringComparison.Ordinal))
                    throw new NotSupportedException("mine");
            },
        });
        await using var _ = client;
        await using var __ = peer;
        var ended = await Assert.ThrowsAsync<QmpDisconnectedException>(() => client.ExecuteAsync("boom"));
        Assert.Equal(QmpEndKind.Callback, ended.End.Kind);
        Assert.IsType<NotSupportedException>(ended.InnerException);
    }
}
