using Microsoft.Win32.SafeHandles;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Spec;
using Vmspawn.Tpm;

namespace Vmspawn.Launch;

/// <summary>Opens a TPM's state for one VM, and creates it the first time: completely or not at all.</summary>
internal static class TpmState
{
    /// <summary>The processes of a killed VM hold its lock until the kernel has ended them.</summary>
    private static readonly LockWait Wait = new(TimeSpan.FromSeconds(1));

    /// <summary>How long the directory of an unfinished TPM may still change while its killed makers exit.</summary>
    private static readonly LockWait ExitOfMakers = new(TimeSpan.FromSeconds(2));

    /// <param name="state">The directory.</param>
    /// <param name="memory">A private directory, in memory if possible, for files that are needed only during the creation.</param>
    /// <param name="made">Receives a TPM that was created.</param>
    /// <param name="held">Reports what cannot be removed after a failure.</param>
    /// <param name="cancel">Cancels the creation.</param>
    /// <returns>The directory, locked while this descriptor or a duplicate is open.</returns>
    /// <exception cref="LaunchException">It is in use, or a new one could not be created; nothing unfinished is left.</exception>
    public static async Task<SafeFileHandle> OpenAsync(
        TpmStateDirectory state, string memory, Action<Made> made, UndoStack held, CancellationToken cancel)
    {
        var (directory, isNew) = await LockAsync(state.Path, cancel).ConfigureAwait(false);
        SafeFileHandle? guard = null;
        try
        {
            if (state.Maker is { } maker && TpmStateFiles.Look(state.Path) == TpmStateFacts.Absent)
            {
                // A duplicate shares the lock, so that no other VM uses the TPM before this launch has succeeded or removed it.
                guard = OpenFile.Duplicate(directory);
                await MakeAsync(state.Path, maker, memory, held, cancel).ConfigureAwait(false);
                made(new Made(() => Remove(state.Path, isNew), guard));
            }

            return directory;
        }
        catch
        {
            // Checked under the lock, so that it is not the unfinished one of another process.
            await held.TryAsync($"remove {state.Path}", () =>
            {
                if (isNew && TpmStateFiles.Look(state.Path) == TpmStateFacts.Absent)
                    OwnTree.Remove(state.Path);
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
            guard?.Dispose();
            directory.Dispose();
            throw;
        }
    }

    private static async Task<(SafeFileHandle Directory, bool IsNew)> LockAsync(string path, CancellationToken cancel)
    {
        while (true)
        {
            if (!Path.Exists(path) && TryCreate(path) is { } created)
                return (created, IsNew: true);
            var directory = OpenFile.Open(path, writable: false);
            try
            {
                if (!await Wait.UntilAsync(() => FileLock.TryLockExclusive(directory), cancel).ConfigureAwait(false))
                    throw new LaunchException($"use the TPM in {path}", "another VM uses it (end that one, or give this one a --tpm-state= of its own)");
                // A process that failed to create a TPM may have removed the directory during the wait.
                if (FileFacts.IsNamed(directory, path))
                    return (directory, IsNew: false);
                directory.Dispose();
            }
            catch
            {
                directory.Dispose();
                throw;
            }
        }
    }

    /// <summary>Removes a TPM that no guest has used and that this process has locked.</summary>
    private static void Remove(string path, bool withDirectory)
    {
        if (withDirectory)
        {
            OwnTree.Remove(path);
            return;
        }

        foreach (var file in (string[])[TpmStateFiles.Permanent, .. TpmStateFiles.Certificates])
            File.Delete(Path.Combine(path, file));
    }

    /// <summary>Creates an empty directory, locked before it gets its name, so that it is removed after any failure. Null when another process was faster.</summary>
    private static SafeFileHandle? TryCreate(string path)
    {
        path = Path.TrimEndingDirectorySeparator(path);
        using var draft = Draft.CreateDirectory(Path.GetDirectoryName(path)!);
        // A duplicate has the draft's lock, and keeps it.
        var directory = OpenFile.Duplicate(draft.Handle);
        try
        {
            if (draft.TryGiveName(path))
                return directory;
            directory.Dispose();
            return null;
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    private static async Task MakeAsync(string path, TpmMaker maker, string memory, UndoStack held, CancellationToken cancel)
    {
        var unfinished = Path.Combine(path, TpmStateFiles.Unfinished);
        await RemoveUnfinishedAsync(path, cancel).ConfigureAwait(false);
        Directory.CreateDirectory(unfinished, PrivateFiles.DirectoryMode);
        try
        {
            await new TpmManufacture(maker, memory).RunAsync(unfinished, path, cancel).ConfigureAwait(false);
            // The directory of the unfinished state is removed last: while it exists, all these files are known to be vmspawn's.
            foreach (var file in Directory.GetFiles(unfinished).OrderBy(file => Path.GetFileName(file) == TpmStateFiles.Permanent))
                File.Move(file, Path.Combine(path, Path.GetFileName(file)), overwrite: true);
        }
        finally
        {
            await held.TryAsync($"remove {unfinished}", async () => await RemoveUnfinishedAsync(path, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the files of an unfinished creation, or the empty directory of a finished one.</summary>
    private static async Task RemoveUnfinishedAsync(string path, CancellationToken cancel)
    {
        var unfinished = Path.Combine(path, TpmStateFiles.Unfinished);
        if (!Directory.Exists(unfinished))
            return;
        if (!File.Exists(Path.Combine(path, TpmStateFiles.Permanent)))
        {
            foreach (var certificate in TpmStateFiles.Certificates)
                File.Delete(Path.Combine(path, certificate));
        }

        if (!await ExitOfMakers.UntilAsync(() => TryRemove(unfinished), cancel).ConfigureAwait(false))
            OwnTree.Remove(unfinished);
    }

    private static bool TryRemove(string path)
    {
        try
        {
            OwnTree.Remove(path);
            return true;
        }
        catch (IOException)
        {
            // A process that is being killed has just made another file in it.
            return false;
        }
    }
}
