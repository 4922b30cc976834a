using System.Diagnostics;
using System.Text;

namespace Vmspawn.SystemTests.Harness;

/// <summary>The processes of this host as /proc shows them, and signals to them.</summary>
internal static class Processes
{
    /// <summary>Live processes that carry <paramref name="mark"/> in their environment, arguments or open files.</summary>
    public static List<int> With(string mark)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), out var id) && id != Environment.ProcessId && Carries(folder, mark))
                found.Add(id);
        return found;
    }

    /// <summary>The direct children of a process.</summary>
    public static int[] Children(int parent) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!))
            .Where(id => ParentOf(id) == parent)];

    /// <summary>Its state, its processor time (hung or starved?) and its arguments.</summary>
    public static string Describe(int id)
    {
        // proc_pid_stat(5): the state is field 3, user and system time are 14 and 15, in hundredths of a second.
        var fields = AfterName(Read($"/proc/{id}/stat")).Split(' ');
        var time = fields.Length > 12 ? (int.Parse(fields[11]) + int.Parse(fields[12])) / 100.0 : 0;
        return $"{id} {fields[0]} {time} s {Read($"/proc/{id}/cmdline").Replace('\0', ' ')}";
    }

    public static string[] Arguments(int id) => Read($"/proc/{id}/cmdline").TrimEnd('\0').Split('\0');

    public static bool IsVirtiofsd(int id) => Arguments(id).Any(word => word.StartsWith("--shared-dir", StringComparison.Ordinal));

    /// <summary>What the descriptors of a process refer to, by number.</summary>
    public static Dictionary<int, string> Descriptors(int id)
    {
        var found = new Dictionary<int, string>();
        foreach (var path in Listing($"/proc/{id}/fd"))
            if (LinkTarget(path) is { } target)
                found[int.Parse(Path.GetFileName(path))] = target;
        return found;
    }

    /// <summary>Sends the signal of that name ("TERM") with the shell's own kill.</summary>
    public static void Signal(int id, string name)
    {
        using var shell = Process.Start("/bin/sh", ["-c", $"kill -{name} {id}"]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    /// <summary>Kills a process that may be gone by now.</summary>
    public static void Kill(int id)
    {
        using var shell = Process.Start("/bin/sh", ["-c", $"kill -KILL {id} 2>/dev/null || true"]);
        shell.WaitForExit();
    }

    /// <summary>Waits until a process is gone: the kernel kills the children of a killed one, but not at the same moment.</summary>
    public static async Task Gone(int id, TimeSpan bound)
    {
        // Its first thread may be a zombie while others still hold its files.
        for (var end = DateTime.UtcNow + bound; Directory.Exists($"/proc/{id}") && !(IsZombie($"/proc/{id}") && Listing($"/proc/{id}/task").Length < 2); await Task.Delay(20))
            Assert.True(DateTime.UtcNow < end, $"it lives on: {Describe(id)}");
    }

    private static bool Carries(string folder, string mark) =>
        !IsZombie(folder)
        && (Read($"{folder}/environ").Contains(mark, StringComparison.Ordinal)
            || Read($"{folder}/cmdline").Contains(mark, StringComparison.Ordinal)
            || Listing($"{folder}/fd").Any(path => LinkTarget(path)?.Contains(mark, StringComparison.Ordinal) == true));

    private static bool IsZombie(string folder) => AfterName(Read($"{folder}/stat")) is ['Z', ..] or ['X', ..] or "";

    private static int ParentOf(int id) =>
        AfterName(Read($"/proc/{id}/stat")).Split(' ') is [_, var parent, ..] ? int.Parse(parent) : 0;

    /// <summary>The fields of proc_pid_stat(5) from the state on; the name before may hold anything.</summary>
    private static string AfterName(string stat) => stat.LastIndexOf(')') is > 0 and var end ? stat[(end + 2)..] : "";

    // A process may end while it is looked at: then it has nothing to show.
    private static string Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string[] Listing(string folder)
    {
        try
        {
            return Directory.GetFiles(folder);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false)?.FullName;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
