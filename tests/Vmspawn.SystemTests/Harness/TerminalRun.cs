using System.Collections;
using System.Diagnostics;
using System.Text;
using Vmspawn.Linux;

namespace Vmspawn.SystemTests.Harness;

/// <summary>The program under test on a terminal of its own: input, output and errors, and as its session's terminal.</summary>
internal sealed class TerminalRun : IDisposable
{
    private readonly PseudoTerminal _terminal;
    private readonly ChildProcess _process;
    private readonly string _modeBefore;

    private TerminalRun(PseudoTerminal terminal, ChildProcess process, string modeBefore)
    {
        _terminal = terminal;
        _process = process;
        _modeBefore = modeBefore;
        _ = Screen.Follow(Read);
    }

    /// <summary>Everything that came to the terminal.</summary>
    public Transcript Screen { get; } = new();

    public int ProcessId => _process.Id;

    public string Path => _terminal.Path;

    public WindowSize Size
    {
        set => _terminal.Size = value;
    }

    /// <summary>The terminal's mode as stty(1) writes it: equal texts are equal modes.</summary>
    public string Mode => Stty(Path, "-g");

    public bool ModeIsAsBefore => Mode == _modeBefore;

    public static TerminalRun Start(Scratch scratch, QemuKind qemu, WindowSize size, params IEnumerable<string> arguments) =>
        StartProgram(scratch, qemu, size, [Prepared.Binary, .. arguments]);

    /// <summary>A program with such a terminal in the place of the one under test.</summary>
    public static TerminalRun StartProgram(Scratch scratch, QemuKind qemu, WindowSize size, params IEnumerable<string> words)
    {
        var terminal = PseudoTerminal.Create();
        Stty(terminal.Path, "sane");
        terminal.Size = size;
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, _ => (string?)null);
        foreach (var (name, value) in TestEnvironment.For(scratch, qemu))
            environment[name] = value;
        environment["TERM"] = "xterm-256color";
        var modeBefore = Stty(terminal.Path, "-g");
        // setsid(1) makes the terminal the session's, for the signal of a new size; it becomes the program.
        var child = ChildProcess.Start(
            new ChildSpec("/usr/bin/setsid", ["--ctty", .. words])
            {
                Environment = environment,
                StandardInput = terminal.Slave,
                StandardOutput = terminal.Slave,
                StandardError = terminal.Slave,
                NewProcessGroup = false,
                DieWithParent = false,
            });
        return new TerminalRun(terminal, child, modeBefore);
    }

    public void Type(string keys) => DescriptorIo.Write(_terminal.Master, Encoding.UTF8.GetBytes(keys));

    public void Signal(Signal signal) => _process.Send(signal);

    public async Task<ChildExit> End(TimeSpan bound)
    {
        try
        {
            return await _process.Exited.WaitAsync(bound);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"vmspawn did not end within {bound.TotalSeconds} s; its terminal:\n{Screen.Text}", late);
        }
    }

    public void Dispose()
    {
        _process.Dispose();
        _terminal.Dispose();
    }

    // Our side does not block; while nothing is there it is looked at again soon.
    private async ValueTask<int> Read(Memory<byte> bytes, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                if (DescriptorIo.Read(_terminal.Master, bytes.Span) is >= 0 and var count)
                    return count;
            }
            catch (Exception gone) when (gone is LinuxException or ObjectDisposedException)
            {
                return 0;
            }
            await Task.Delay(10, cancellation);
        }
    }

    /// <summary>What stty(1) answers for a terminal.</summary>
    public static string Stty(string path, string word)
    {
        using var stty = Process.Start(new ProcessStartInfo("stty", ["-F", path, word])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var text = stty.StandardOutput.ReadToEnd();
        stty.WaitForExit();
        Assert.Equal(0, stty.ExitCode);
        return text.Trim();
    }
}
