using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Host;

/// <summary>A vsock context id that no other machine of the same runtime base has, held as a lock with a name; it ends with us, however we end.</summary>
internal sealed class CidClaim : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _lock;

    private CidClaim(string path, SafeFileHandle held) => (_path, _lock) = (path, held);

    /// <summary>Takes it, or null when another machine has it.</summary>
    /// <exception cref="IOException">The lock cannot be made.</exception>
    public static CidClaim? TryTake(RuntimeBase place, uint cid)
    {
        var path = Path.Combine(place.Path, string.Create(CultureInfo.InvariantCulture, $".cid-{cid}.lock"));
        return NameLock.TryTake(path) is { } held ? new CidClaim(path, held) : null;
    }

    /// <summary>Removes the lock's name while it is held, then lets it go.</summary>
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
