using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>The connection to a socket that a helper makes itself. It is ready when it accepts one: its file is there before it listens.</summary>
/// <param name="directory">Where the socket is made.</param>
/// <param name="helpers">The helpers that have been started.</param>
/// <param name="wait">How long a program may take to get ready, on a busy host.</param>
internal sealed class HelperConnection(RuntimeDirectoryHandle directory, IReadOnlyList<RunningHelper> helpers, LockWait wait)
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <exception cref="LaunchException">The helper ended instead, or takes too long.</exception>
    public async Task<SafeFileHandle> OpenAsync(HelperSocket socket, CancellationToken cancel)
    {
        var helper = helpers.First(helper => helper.Plan.Socket == socket.Name);
        var step = $"start {helper.Plan.Subject}";
        var path = directory.PathOf(socket.Name);
        SafeFileHandle? connection = null;
        if (!await wait.UntilAsync(() => (connection = TryConnect(path)) is not null || helper.Exited.IsCompleted, cancel))
            throw new LaunchException(step, $"it has not made its socket within {wait.Bound.TotalSeconds:0.##} s{helper.Excerpt}");
        return connection ?? throw new LaunchException(step, $"{await helper.Exited}{await helper.FinalExcerptAsync(cancel)}");
    }

    private static SafeFileHandle? TryConnect(string path)
    {
        try
        {
            return UnixConnection.ConnectPlain(path);
        }
        catch (LinuxException error) when (error.Errno is Errno.ENOENT or Errno.ECONNREFUSED)
        {
            return null;
        }
    }
}
