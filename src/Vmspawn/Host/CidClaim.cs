using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Host;

/// <summary>A claim on a vsock context id that no other machine of the same runtime base has: a lock file that the kernel unlocks when vmspawn exits.</summary>
internal sealed class CidClaim : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _lock;

    private CidClaim(string path, SafeFileHandle held) => (_path, _lock) = (path, held);

    /// <summary>Claims it; null when another machine has it.</summary>
    /// <exception cref="IOException">The lock file cannot be created.</exception>
    public static CidClaim? TryTake(RuntimeBase place, uint cid)
    {
        // A colon, which no machine's name has: .NAME.lock is the lock of a machine.
        var path = Path.Combine(place.Path, string.Create(CultureInfo.InvariantCulture, $".cid:{cid}.lock"));
        return NameLock.TryTake(path) is { } held ? new CidClaim(path, held) : null;
    }

    /// <summary>Removes the lock file while it is locked, then unlocks it.</summary>
    public void Dispose()
    {
        if (_lock.IsClosed)
            return;
        try
        {
            File.Delete(_path);
        }
        finally
        {
            _lock.Dispose();
        }
    }
}
