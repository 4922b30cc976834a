using System.Diagnostics;

namespace Vmspawn.SystemTests.Harness;

/// <summary>How a run ended.</summary>
internal sealed record Ended(int Status, string Output, string Error)
{
    public override string ToString() => $"status {Status}\n--- output\n{Output}\n--- error\n{Error}\n---";
}

/// <summary>The program under test, running.</summary>
internal sealed class VmspawnRun : IDisposable
{
    private readonly Process _process;
    private readonly Task _followed;

    private VmspawnRun(Process process)
    {
        _process = process;
        _followed = Task.WhenAll(
            Output.Follow(process.StandardOutput.BaseStream), Error.Follow(process.StandardError.BaseStream));
    }

    public Transcript Output { get; } = new();

    public Transcript Error { get; } = new();

    public int ProcessId => _process.Id;

    public bool HasEnded => _process.HasExited;

    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>The QEMU that vmspawn started.</summary>
    public int Qemu => Assert.Single(Processes.Children(ProcessId), IsQemu);

    public static VmspawnRun Start(Scratch scratch, QemuKind qemu, params IEnumerable<string> arguments) =>
        StartWith(new Dictionary<string, string?>(), scratch, qemu, arguments);

    /// <summary>Starts it in a small environment of the test's own, extended or overridden by <paramref name="environment"/>.</summary>
    public static VmspawnRun StartWith(
        IReadOnlyDictionary<string, string?> environment,
        Scratch scratch,
        QemuKind qemu,
        params IEnumerable<string> arguments) =>
        StartProgram(Prepared.Binary, environment, scratch, qemu, arguments);

    /// <summary>Starts another program that becomes or runs the one under test.</summary>
    public static VmspawnRun StartProgram(
        string program,
        IReadOnlyDictionary<string, string?> environment,
        Scratch scratch,
        QemuKind qemu,
        params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = scratch.Images,
        };
        start.Environment.Clear();
        foreach (var (name, value) in TestEnvironment.For(scratch, qemu))
            start.Environment[name] = value;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new VmspawnRun(Process.Start(start)!);
    }

    public void Signal(string name) => Processes.Signal(ProcessId, name);

    /// <summary>Waits for the end. Past the bound everything with the mark of the test is killed by the check for leftovers.</summary>
    public async Task<Ended> End(TimeSpan bound)
    {
        using var clock = new CancellationTokenSource(bound);
        try
        {
            await _process.WaitForExitAsync(clock.Token);
            await _followed.WaitAsync(clock.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException(
                $"vmspawn did not end within {bound.TotalSeconds} s\n{new Ended(-1, Output.Text, Error.Text)}", late);
        }
        return new Ended(_process.ExitCode, Output.Text, Error.Text);
    }

    /// <summary>Waits for the end, which must have this status; 128 and the signal's number when a signal was the end.</summary>
    public async Task<Ended> EndWith(int status, TimeSpan bound)
    {
        var ended = await End(bound);
        Assert.True(ended.Status == status, $"status {status} was expected: {ended}");
        return ended;
    }

    /// <summary>Waits until QEMU's process exists.</summary>
    public async Task QemuStarted(TimeSpan bound)
    {
        for (var end = DateTime.UtcNow + bound; !Processes.Children(ProcessId).Any(IsQemu); await Task.Delay(5))
            Assert.True(DateTime.UtcNow < end, $"QEMU was not started within {bound.TotalSeconds} s\n{new Ended(-1, Output.Text, Error.Text)}");
    }

    public void Dispose() => _process.Dispose();

    // A QEMU that is only queried for its features has no name.
    private static bool IsQemu(int id) =>
        Processes.Arguments(id) is var arguments && arguments.Contains("-name")
        && arguments.Any(argument => argument.Contains("qemu-system", StringComparison.Ordinal));
}
