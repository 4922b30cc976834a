using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>Files of EFI variables for one VM.</summary>
internal static class NvramFile
{
    /// <summary>The processes of a killed VM hold its lock until the kernel has ended them.</summary>
    private static readonly LockWait Wait = new(TimeSpan.FromSeconds(1));

    /// <summary>The persistent file, created from the template if it does not exist, and locked until QEMU's end.</summary>
    /// <param name="nvram">The file and its template.</param>
    /// <param name="made">Receives the file if this call creates it.</param>
    /// <param name="cancel">Cancels the wait for its lock.</param>
    /// <exception cref="LaunchException">Another VM has it.</exception>
    /// <exception cref="IOException">It cannot be created or opened.</exception>
    public static async Task<SafeFileHandle> OpenAsync(KeptNvram nvram, Action<Made> made, CancellationToken cancel)
    {
        if (!File.Exists(nvram.Path) && TryMake(nvram) is { } file)
        {
            made(Made.File(nvram.Path));
            return file;
        }

        file = OpenFile.Open(nvram.Path, writable: true);
        try
        {
            if (await Wait.UntilAsync(() => TryLock(file), cancel).ConfigureAwait(false))
                return file;
            throw new LaunchException($"open {nvram.Path}", "another VM keeps its EFI variables there");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>An anonymous copy, which is discarded with the VM.</summary>
    /// <exception cref="IOException">There is no directory for it.</exception>
    public static SafeFileHandle OpenForgotten(ForgottenNvram nvram) =>
        DiskFiles.Fill(Path.GetTempPath(), file => Copy(nvram.Template, file));

    /// <summary>QEMU's locks for flash chips permit other writers, so they do not protect the file.</summary>
    private static bool TryLock(SafeFileHandle file)
    {
        try
        {
            return FileLock.TryLockExclusive(file);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOLCK or Errno.EOPNOTSUPP)
        {
            // The file system has no locks, so no process can hold one.
            return true;
        }
    }

    /// <summary>Creates the complete file or none, locked; null when another process was faster.</summary>
    private static SafeFileHandle? TryMake(KeptNvram nvram)
    {
        using var draft = Draft.CreateFile(Path.GetDirectoryName(nvram.Path)!);
        Copy(nvram.Template, draft.Handle);
        // With the times of the template.
        File.SetLastAccessTimeUtc(draft.Handle, File.GetLastAccessTimeUtc(nvram.Template));
        File.SetLastWriteTimeUtc(draft.Handle, File.GetLastWriteTimeUtc(nvram.Template));
        RandomAccess.FlushToDisk(draft.Handle);
        return draft.TryGiveName(nvram.Path) ? OpenFile.Duplicate(draft.Handle) : null;
    }

    private static void Copy(string template, SafeFileHandle to)
    {
        using var from = OpenFile.Open(template, writable: false);
        SparseCopy.Run(from, to, CancellationToken.None);
    }
}
