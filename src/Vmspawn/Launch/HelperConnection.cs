using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>The connection to a socket that a helper creates itself. The helper is ready when it accepts one: the socket's file exists before the helper listens.</summary>
/// <param name="directory">The directory of the socket.</param>
/// <param name="helpers">The helpers that have been started.</param>
/// <param name="wait">The time limit for a program to become ready, on a busy host.</param>
internal sealed class HelperConnection(RuntimeDirectoryHandle directory, IReadOnlyList<RunningHelper> helpers, LockWait wait)
{
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <exception cref="LaunchException">The helper exited, or did not become ready in time.</exception>
    public async Task<SafeFileHandle> OpenAsync(HelperSocket socket, CancellationToken cancel)
    {
        var helper = helpers.First(helper => helper.Plan.Socket == socket.Name);
        var step = $"start {helper.Plan.Subject}";
        var path = directory.PathOf(socket.Name);
        SafeFileHandle? connection = null;
        if (!await wait.UntilAsync(() => (connection = TryConnect(path)) is not null || helper.Exited.IsCompleted, cancel).ConfigureAwait(false))
            throw new LaunchException(step, $"it has not made its socket within {wait.Bound.TotalSeconds:0.##} s{helper.Excerpt}");
        return connection ?? throw new LaunchException(step, $"{await helper.Exited.ConfigureAwait(false)}{await helper.FinalExcerptAsync(cancel).ConfigureAwait(false)}");
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
