using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Spec;
using Vmspawn.Tpm;

namespace Vmspawn.Launch;

/// <summary>Opens a TPM's state for one VM, and makes it the first time: in full or not at all.</summary>
internal static class TpmState
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>How long a lock may outlive a run that was killed: its processes are being ended by the kernel.</summary>
    private static readonly TimeSpan LockBound = TimeSpan.FromSeconds(1);

    /// <param name="state">The directory.</param>
    /// <param name="workshop">Path of a directory for what is needed only while it is made; removed by the caller.</param>
    /// <returns>The directory, locked for as long as this or a copy of it is open.</returns>
    /// <exception cref="LaunchException">It is in use, or a new one could not be made; nothing half-made is left.</exception>
    public static SafeFileHandle Open(TpmStateDirectory state, string workshop)
    {
        var isNew = !Directory.Exists(state.Path);
        Directory.CreateDirectory(state.Path, OwnerOnly);
        var directory = OpenFile.Open(state.Path, writable: false);
        try
        {
            Lock(directory, state.Path);
            if (state.Maker is { } maker && TpmStateFiles.Look(state.Path) == TpmStateFacts.Absent)
                Make(state.Path, maker, workshop);
            return directory;
        }
        catch
        {
            if (isNew && TpmStateFiles.Look(state.Path) == TpmStateFacts.Absent)
                Directory.Delete(state.Path, recursive: true);
            directory.Dispose();
            throw;
        }
    }

    private static void Lock(SafeFileHandle directory, string path)
    {
        var end = DateTime.UtcNow + LockBound;
        while (!FileLock.TryLockExclusive(directory))
        {
            if (DateTime.UtcNow > end)
                throw new LaunchException($"use the TPM in {path}", "another VM uses it (end that one, or give this one a --tpm-state= of its own)");
            Thread.Sleep(20);
        }
    }

    private static void Make(string path, TpmMaker maker, string workshop)
    {
        var unfinished = Path.Combine(path, TpmStateFiles.Unfinished);
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished, OwnerOnly);
        try
        {
            new TpmManufacture(maker, workshop).Run(unfinished, path);
            foreach (var file in Directory.GetFiles(unfinished).OrderBy(file => Path.GetFileName(file) == TpmStateFiles.Permanent))
                File.Move(file, Path.Combine(path, Path.GetFileName(file)), overwrite: true);
        }
        finally
        {
            Directory.Delete(unfinished, recursive: true);
        }
    }
}
