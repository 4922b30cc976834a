namespace Vmspawn.Linux.Tests;

/// <summary>The state letter of a process (proc_pid_stat(5)): X when there is none.</summary>
internal static class ProcessState
{
    public static char Of(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return 'X';
        }
    }

    /// <summary>Waits until it has exited, even if it is not reaped.</summary>
    public static async Task<bool> EndsAsync(int id, TimeSpan within)
    {
        for (var waited = TimeSpan.Zero; waited < within; waited += TimeSpan.FromMilliseconds(20))
        {
            if (Of(id) is 'X' or 'Z')
                return true;
            await Task.Delay(20);
        }
        return false;
    }
}
