namespace Vmspawn.Tests;

/// <summary>A directory on a disk, gone with all in it at the end of the test.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Path = Directory.CreateDirectory(
        System.IO.Path.Combine("/var/tmp", $"vmspawn-test-{Guid.NewGuid():n}"),
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
