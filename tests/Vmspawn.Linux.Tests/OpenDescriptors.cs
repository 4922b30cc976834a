namespace Vmspawn.Linux.Tests;

/// <summary>What this process has open, as the kernel tells it.</summary>
internal static class OpenDescriptors
{
    /// <summary>How many descriptors point at something whose name contains a text.</summary>
    public static int Count(string target)
    {
        var count = 0;
        foreach (var link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            try
            {
                if (File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName.Contains(target, StringComparison.Ordinal) == true)
                    count++;
            }
            catch (IOException)
            {
                // Closed between the listing and the look.
            }
        }
        return count;
    }
}
