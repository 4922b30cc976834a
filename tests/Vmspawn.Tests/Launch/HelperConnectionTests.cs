using System.Net.Sockets;
using Vmspawn.Host;
using Vmspawn.Launch;
using Vmspawn.Plan;

namespace Vmspawn.Tests.Launch;

/// <summary>A helper that makes its socket itself is ready when it accepts a connection, and not before.</summary>
public sealed class HelperConnectionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RuntimeDirectoryHandle _runtime;

    public HelperConnectionTests() => _runtime = RuntimeDirectoryHandle.Claim(new RuntimeBase(_directory.Path, IsFallback: false), "vm", [])!;

    public void Dispose()
    {
        _runtime.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_socket_that_is_bound_but_does_not_listen_yet_is_waited_for()
    {
        await using var helper = Helper("/bin/sleep", "600");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_runtime.PathOf("s")));
        var opening = Connection(helper, TimeSpan.FromSeconds(30)).OpenAsync(new HelperSocket("s"), TestContext.Current.CancellationToken);
        await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.False(opening.IsCompleted);
        socket.Listen();
        using var connection = await opening;
        Assert.False(connection.IsInvalid);
    }

    [Fact]
    public async Task A_helper_that_ends_instead_is_quoted()
    {
        await using var helper = Helper("/bin/sh", "-c", "echo no such device >&2; exit 3");
        var error = await Assert.ThrowsAsync<LaunchException>(() =>
            Connection(helper, TimeSpan.FromSeconds(30)).OpenAsync(new HelperSocket("s"), TestContext.Current.CancellationToken));
        Assert.Contains("exited with status 3: no such device", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_helper_that_takes_too_long_is_named_with_the_bound()
    {
        await using var helper = Helper("/bin/sleep", "600");
        var error = await Assert.ThrowsAsync<LaunchException>(() =>
            Connection(helper, TimeSpan.FromMilliseconds(50)).OpenAsync(new HelperSocket("s"), TestContext.Current.CancellationToken));
        Assert.Contains("cannot start sleep (a test): it has not made its socket within 0.05 s", error.Message, StringComparison.Ordinal);
    }

    private static RunningHelper Helper(string program, params string[] arguments) =>
        RunningHelper.Start(new HelperPlan { Purpose = "a test", Program = program, Arguments = arguments, Descriptors = [], Socket = "s" }, []);

    private HelperConnection Connection(RunningHelper helper, TimeSpan bound) => new(_runtime, [helper], new LockWait(bound));
}
