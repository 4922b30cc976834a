using System.Text;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests.Control;

/// <summary>Commands for a guest that was started with the word <c>shell</c> and an interactive console.</summary>
internal sealed class GuestShell(VmspawnRun run)
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The functions of the tests. disk SERIAL waits for a disk and prints "NAME SECTORS RO"; gone SERIAL waits until there is none,
    /// where the serial of any CD drive is "cd", since Linux asks CD drives for none; line DEV reads what stands at byte 0, put DEV TEXT writes it at byte 4096.
    /// </summary>
    private const string Functions = """
        serial() { value=; case $1 in *sr*) value=cd; return;; esac; [ -r "$1/serial" ] && read -r value <"$1/serial"; [ -n "$value" ] || { [ -r "$1/device/serial" ] && read -r value <"$1/device/serial"; }; [ -n "$value" ] || { [ -r "$1/device/vpd_pg80" ] && value=$(tail -c +5 "$1/device/vpd_pg80"); }; }
        find() { for b in /sys/block/[vsn]*; do serial "$b"; [ "$value" = "$1" ] && name=${b##*/} && return; done; return 1; }
        disk() { n=0; while ! find $1; do n=$((n + 1)); [ $n -gt 300 ] && { ls /sys/block; return; }; usleep 100000; done; read -r size </sys/block/$name/size; read -r ro </sys/block/$name/ro; echo "$name $size $ro"; }
        gone() { n=0; while find $1; do n=$((n + 1)); [ $n -gt 300 ] && { echo "still $name"; return; }; usleep 100000; done; echo gone; }
        line() { echo 3 >/proc/sys/vm/drop_caches; dd if=/dev/$1 bs=512 count=1 2>/dev/null | head -n 1; }
        put() { echo "$2" | dd of=/dev/$1 bs=512 seek=8 conv=sync,fsync 2>/dev/null && echo written || echo refused; }
        sectors() { n=0; while read -r size </sys/block/$1/size; [ $size != $2 ]; do n=$((n + 1)); [ $n -gt 300 ] && break; usleep 100000; done; echo $size; }
        """;

    private int _ran;

    /// <summary>Waits for the shell and teaches it the functions.</summary>
    public async Task Begin()
    {
        await run.Output.WaitFor("vmtest: up", TimeSpan.FromSeconds(120));
        // A shell that edits lines would echo them whatever stty says.
        await Send("exec sh -c 'stty -echo; echo vmtest: re\"\"ady; while read -r line; do eval \"$line\"; done'\n");
        await run.Output.WaitFor("vmtest: ready", Bound);
        await Send(Functions + "\n");
        Assert.Equal("here", await Do("echo here"));
    }

    /// <summary>Runs a command and returns what it printed.</summary>
    public async Task<string> Do(string command)
    {
        var (begin, end) = ($"vmtest: begin {++_ran}\n", $"vmtest: end {_ran}\n");
        await Send($"echo {begin.TrimEnd()}; {command}; echo {end}");
        await run.Output.WaitFor(end, Bound);
        var text = run.Output.Text;
        var start = text.LastIndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[start..text.LastIndexOf(end, StringComparison.Ordinal)].Trim();
    }

    private async Task Send(string text)
    {
        // A terminal's line discipline holds 4095 bytes of a line and drops the rest.
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            await run.Input.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
            await run.Input.FlushAsync();
            await Task.Delay(20);
        }
    }
}
