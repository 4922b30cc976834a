using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>Files of EFI variables for one VM.</summary>
internal static class NvramFile
{
    private const int ChunkSize = 1 << 16;

    /// <summary>The file that keeps them, made from the template when it is not there, and locked until QEMU's end.</summary>
    /// <param name="nvram">Which.</param>
    /// <param name="made">The file when this call made it, else null.</param>
    /// <exception cref="LaunchException">Another VM has it.</exception>
    /// <exception cref="IOException">It cannot be made or opened.</exception>
    public static SafeFileHandle Open(KeptNvram nvram, out MadeFile? made)
    {
        made = File.Exists(nvram.Path) || !TryMake(nvram) ? null : new MadeFile(nvram.Path);
        var file = OpenFile.Open(nvram.Path, writable: true);
        if (TryLock(file))
            return file;
        file.Dispose();
        made = null;
        throw new LaunchException($"open {nvram.Path}", "another VM keeps its EFI variables there");
    }

    /// <summary>A copy without a name: gone with the VM.</summary>
    /// <exception cref="IOException">There is no place for it.</exception>
    public static SafeFileHandle OpenForgotten(ForgottenNvram nvram)
    {
        var file = new OverlayPlace(Path.GetTempPath()).CreateAnonymous();
        Copy(nvram.Template, file);
        return file;
    }

    /// <summary>QEMU's flash chips let others write to their image, so its own locks keep nobody out.</summary>
    private static bool TryLock(SafeFileHandle file)
    {
        try
        {
            return FileLock.TryLockExclusive(file);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOLCK or Errno.EOPNOTSUPP)
        {
            // A file system without locks: nobody can hold one there.
            return true;
        }
    }

    /// <summary>Whole or not at all, under a name of its own first; false when another was faster.</summary>
    private static bool TryMake(KeptNvram nvram)
    {
        var draft = $"{nvram.Path}.{Guid.NewGuid():n}";
        try
        {
            using (var file = new FileStream(draft, OnlyOurs))
            {
                Copy(nvram.Template, file.SafeFileHandle);
                // As old as what it is a copy of.
                File.SetLastAccessTimeUtc(file.SafeFileHandle, File.GetLastAccessTimeUtc(nvram.Template));
                File.SetLastWriteTimeUtc(file.SafeFileHandle, File.GetLastWriteTimeUtc(nvram.Template));
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            return FinalName.TryGive(draft, nvram.Path);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    /// <summary>Chunks of zeros stay holes: templates of some platforms are 64 MiB of hardly anything else.</summary>
    private static void Copy(string template, SafeFileHandle to)
    {
        using var from = OpenFile.Open(template, writable: false);
        var chunk = new byte[ChunkSize];
        var at = 0L;
        for (int count; (count = RandomAccess.Read(from, chunk, at)) > 0; at += count)
        {
            if (chunk.AsSpan(0, count).IndexOfAnyExcept((byte)0) >= 0)
                RandomAccess.Write(to, chunk.AsSpan(0, count), at);
        }

        RandomAccess.SetLength(to, at);
    }

    private static FileStreamOptions OnlyOurs => new()
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };
}
