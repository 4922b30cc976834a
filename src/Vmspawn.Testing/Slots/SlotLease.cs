using System.Text;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Testing.Slots;

/// <summary>The slots of one machine.</summary>
internal sealed class SlotLease : IDisposable
{
    private const int LongestHolder = 500;

    private readonly List<SafeFileHandle> _held = [];

    /// <summary>How many.</summary>
    public int Count => _held.Count;

    /// <summary>Takes one more if nobody has it.</summary>
    /// <param name="path">Its lock file, created if it does not exist.</param>
    /// <param name="holder">Written into the file.</param>
    /// <exception cref="IOException">The file cannot be created, locked or written.</exception>
    public void TryAdd(string path, string holder)
    {
        var file = NewFile.OpenOrCreate(path);
        try
        {
            if (FileLock.TryLockExclusive(file))
            {
                RandomAccess.SetLength(file, 0);
                RandomAccess.Write(file, Encoding.UTF8.GetBytes(holder), 0);
                _held.Add(file);
                return;
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
    }

    /// <summary>Who has a slot; null when nobody has it.</summary>
    public static string? HolderOf(string path)
    {
        try
        {
            using var file = OpenFile.Open(path, writable: false);
            if (FileLock.TryLockShared(file))
                return null;
            var bytes = new byte[LongestHolder];
            return Encoding.UTF8.GetString(bytes.AsSpan(0, RandomAccess.Read(file, bytes, 0)));
        }
        catch (IOException)
        {
            // Nobody has taken it yet.
            return null;
        }
    }

    /// <summary>Gives them back.</summary>
    public void Dispose()
    {
        foreach (var file in _held)
            file.Dispose();
        _held.Clear();
    }
}
