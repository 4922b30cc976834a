namespace Vmspawn.Linux.Tests;

public sealed class UnixListenerTests
{
    private static readonly CancellationToken Soon = new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    [Theory]
    [InlineData(0)]
    [InlineData(107)]
    [InlineData(108)]
    [InlineData(400)]
    public async Task A_path_of_any_length_can_be_bound_and_connected(int length)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("s");
        if (length > 0)
        {
            var deep = directory.Path;
            while (length - deep.Length > 120)
                deep = Path.Combine(deep, new string('d', 80));
            deep = Path.Combine(deep, new string('e', length - deep.Length - 3));
            Directory.CreateDirectory(deep);
            path = Path.Combine(deep, "s");
            Assert.Equal(length, path.Length);
        }
        using var listener = UnixListener.Bind(path);
        var accepting = listener.AcceptAsync(Soon);
        using var client = await UnixConnection.ConnectAsync(path, Soon);
        using var server = await accepting;
        await client.SendAsync("hi"u8.ToArray(), null, Soon);
        using var none = new DescriptorQueue(0);
        Assert.Equal(2, await server.ReceiveAsync(new byte[9], none, Soon));
        Assert.Equal((uint)Environment.ProcessId, (uint)server.Peer.ProcessId);
        Assert.Equal(server.Peer, client.Peer);
    }

    [Theory]
    [InlineData(0x180)]
    [InlineData(0x1b6)]
    [InlineData(0x1ff)]
    public void The_mode_is_what_was_asked_for_whatever_the_umask(int mode)
    {
        using var directory = new TemporaryDirectory();
        using var listener = UnixListener.Bind(directory.File("s"), (UnixFileMode)mode);
        Assert.Equal((UnixFileMode)mode, File.GetUnixFileMode(listener.Path));
    }

    [Fact]
    public void A_path_in_use_is_refused_and_left_alone()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("s");
        using var first = UnixListener.Bind(path);
        var error = Assert.Throws<LinuxException>(() => UnixListener.Bind(path));
        Assert.Equal($"bind: {path}: Address already in use (EADDRINUSE)", error.Message);
        Assert.Equal([path], Directory.GetFiles(directory.Path));
    }

    [Fact]
    public void A_path_without_a_directory_is_refused_with_its_own_name()
    {
        var error = Assert.Throws<LinuxException>(() => UnixListener.Bind("/nowhere/s"));
        Assert.Equal("bind: /nowhere/s: No such file or directory (ENOENT)", error.Message);
    }

    [Fact]
    public async Task A_client_that_finds_the_name_can_connect()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("s");
        for (var i = 0; i < 200; i++)
        {
            using var stop = new CancellationTokenSource();
            // Before its name is there, ENOENT is right; ECONNREFUSED would be a socket that does not listen.
            var refused = Task.Run(
                async () =>
                {
                    while (true)
                    {
                        try
                        {
                            using var client = await UnixConnection.ConnectAsync(path, stop.Token);
                            return false;
                        }
                        catch (LinuxException error)
                        {
                            if (error.Errno == Errno.ECONNREFUSED)
                                return true;
                        }
                    }
                },
                Soon);
            using var listener = UnixListener.Bind(path);
            Assert.False(await refused);
            Assert.Equal([path], Directory.GetFiles(directory.Path));
        }
    }

    [Fact]
    public void Disposal_removes_its_own_path_only()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("s");
        var first = UnixListener.Bind(path);
        first.Dispose();
        Assert.False(File.Exists(path));
        var second = UnixListener.Bind(path);
        File.Move(path, directory.File("moved"));
        File.WriteAllText(path, "someone else's");
        second.Dispose();
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task A_client_waits_while_the_queue_is_full()
    {
        using var directory = new TemporaryDirectory();
        using var listener = UnixListener.Bind(directory.File("s"));
        Task<UnixConnection>[] clients = [.. Enumerable.Range(0, 200).Select(_ => UnixConnection.ConnectAsync(listener.Path, Soon))];
        Assert.Contains(clients, client => !client.IsCompleted);
        for (var i = 0; i < clients.Length; i++)
            (await listener.AcceptAsync(Soon)).Dispose();
        foreach (var client in clients)
            (await client).Dispose();
    }

    [Fact]
    public async Task Connecting_without_a_listener_is_an_error_with_address_and_cause()
    {
        var error = await Assert.ThrowsAsync<LinuxException>(() => UnixConnection.ConnectAsync("/nowhere/s", Soon));
        Assert.Equal("connect: /nowhere/s: No such file or directory (ENOENT)", error.Message);
    }
}
