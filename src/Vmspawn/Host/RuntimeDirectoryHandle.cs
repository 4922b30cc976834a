namespace Vmspawn.Host;

/// <summary>The runtime directory of one VM: mode 0700, locked while we have it, removed when we are done.</summary>
/// <remarks>
/// A socket in it is bound and connected by <see cref="SocketPath"/>, which is short whatever the machine is called:
/// <c>sun_path</c> of unix(7) holds 107 bytes, and a name may have 64.
/// </remarks>
internal sealed class RuntimeDirectoryHandle : IDisposable
{
    private RuntimeDirectoryHandle(string path) => Path = path;

    /// <summary>Absolute path of the directory.</summary>
    public string Path { get; }

    /// <summary>Takes the directory of a machine, emptying what a dead run left; null with a problem that names the holder when it runs already.</summary>
    public static RuntimeDirectoryHandle? Claim(RuntimeBase place, string machine, List<Problem> problems) => throw new NotImplementedException();

    /// <summary>Path of a file in it.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A path of the same file, short enough for a socket address, valid in this process while the handle lives.</summary>
    public string SocketPath(string name) => throw new NotImplementedException();

    /// <summary>Removes the directory and lets the name go.</summary>
    public void Dispose() => throw new NotImplementedException();
}
