using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Qmp.Tests;

public class DescriptorTests
{
    [Fact]
    public async Task Calls_with_descriptors_go_one_after_the_other_also_past_one_that_was_given_up()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        using var file = File.OpenHandle("/dev/null");
        await Assert.ThrowsAsync<QmpTimeoutException>(
            () => client.AddFdAsync(file, options: new() { Timeout = TimeSpan.FromMilliseconds(50) }));
        var first = await peer.NextAsync();
        Assert.Equal(1, peer.Descriptors.Count);

        // QEMU has not taken the first one yet, and a second would replace it there.
        var second = client.AddFdAsync(file);
        var plain = client.ExecuteAsync("query-status");
        var command = await peer.NextAsync();
        Assert.Equal("query-status", command.GetProperty("execute").GetString());
        await peer.ReturnAsync(command);
        await plain;

        await peer.ReturnAsync(first, """{"fdset-id": 0, "fd": 10}""");
        command = await peer.NextAsync();
        Assert.Equal("add-fd", command.GetProperty("execute").GetString());
        Assert.Equal(2, peer.Descriptors.Count);
        await peer.ReturnAsync(command, """{"fdset-id": 1, "fd": 11}""");
        Assert.Equal("/dev/fdset/1", (await second).Path);
        Assert.Equal((1L, 0), (client.LateReplies, client.InFlight));
    }

    [Fact]
    public async Task A_call_with_descriptors_given_up_while_it_waits_does_not_keep_the_turn()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        using var file = File.OpenHandle("/dev/null");
        var first = client.AddFdAsync(file);
        var command = await peer.NextAsync();
        await Assert.ThrowsAsync<QmpTimeoutException>(
            () => client.AddFdAsync(file, options: new() { Timeout = TimeSpan.FromMilliseconds(20) }));
        await peer.ReturnAsync(command, """{"fdset-id": 0, "fd": 10}""");
        await first;

        var third = client.GetfdAsync("n", file);
        await peer.ReturnAsync(await peer.NextAsync());
        await third;
        Assert.Equal(0, client.InFlight);
    }

    [Fact]
    public async Task Waiting_for_the_turn_ends_with_the_connection()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync(new() { CallTimeout = Timeout.InfiniteTimeSpan });
        await using var _ = client;
        using var file = File.OpenHandle("/dev/null");
        Task first = client.AddFdAsync(file);
        Task second = client.AddFdAsync(file);
        await peer.NextAsync();
        await peer.DisposeAsync();
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => first.WaitAsync(TimeSpan.FromSeconds(20)));
        await Assert.ThrowsAsync<QmpDisconnectedException>(() => second.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Closed_or_too_many_descriptors_are_misuse_and_not_the_end()
    {
        var (peer, client) = await ScriptedPeer.ConnectedAsync();
        await using var _ = client;
        await using var __ = peer;
        var file = File.OpenHandle("/dev/null");
        file.Dispose();
        await Assert.ThrowsAsync<ArgumentException>(() => client.AddFdAsync(file));
        await Assert.ThrowsAsync<ArgumentException>(() => client.ExecuteAsync("a", null, new() { Descriptors = new SafeFileHandle[17] }));
        Assert.False(client.Ended.IsCompleted);
    }
}
