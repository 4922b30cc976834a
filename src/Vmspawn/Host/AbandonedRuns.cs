namespace Vmspawn.Host;

/// <summary>The removal of what killed runs left in the runtime base: directories with their keys and sockets, and lock files.</summary>
internal static class AbandonedRuns
{
    /// <summary>Removes what belongs to names whose lock nobody holds. Failures are ignored: the next start tries again.</summary>
    public static void Remove(RuntimeBase place)
    {
        try
        {
            foreach (var lockPath in Directory.GetFiles(place.Path, ".*.lock"))
                TryRemove(place, Path.GetFileName(lockPath)[1..^".lock".Length]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The directory cannot be read.
        }
    }

    private static void TryRemove(RuntimeBase place, string machine)
    {
        try
        {
            RuntimeDirectoryHandle.RemoveAbandoned(place, machine);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Something in it cannot be removed, such as a mount.
        }
    }
}
