namespace Vmspawn.SystemTests.Harness;

/// <summary>A test with folders of its own that fails when it leaves anything behind.</summary>
public abstract class VmTest : IAsyncDisposable
{
    /// <summary>A test guest's whole run under emulation on a busy machine.</summary>
    private protected static readonly TimeSpan GuestBound = TimeSpan.FromSeconds(240);

    /// <summary>What does not start a guest.</summary>
    private protected static readonly TimeSpan ShortBound = TimeSpan.FromSeconds(30);

    private protected Scratch Scratch { get; } = new();

    /// <summary>Linux tests at boot that timer interrupts arrive, and panics when an emulator on a busy host is late with ten of them.</summary>
    private const string NoTimerCheck = "no_timer_check";

    /// <summary>The options every test guest gets, then the test's own, then the words for its init.</summary>
    private protected string[] Guest(string words, params string[] options) =>
    [
        "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--firmware=none", "--console=read-only", "--ram=512M", "--tpm=no",
        $"--linux={Prepared.Kernel}", $"--initrd={Prepared.Initrd}", .. options, NoTimerCheck, "quiet", $"vmtest={words}",
    ];

    private protected async Task<Ended> Run(QemuKind qemu, params IEnumerable<string> arguments)
    {
        using var run = VmspawnRun.Start(Scratch, qemu, arguments);
        return await run.End(GuestBound);
    }

    /// <summary>A subcommand that succeeds without a message.</summary>
    private protected async Task<Ended> Good(QemuKind qemu, params string[] words)
    {
        var ended = await Client(qemu, words);
        Assert.True(ended is { Status: 0, Error: "" }, $"{string.Join(' ', words)}: {ended}");
        return ended;
    }

    /// <summary>A subcommand for machines of this user.</summary>
    private protected async Task<Ended> Client(QemuKind qemu, params string[] words)
    {
        using var client = VmspawnRun.Start(Scratch, qemu, [words[0], "--user", .. words[1..]]);
        return await client.End(3 * ShortBound);
    }

    public async ValueTask DisposeAsync()
    {
        var left = await Leftovers.Sweep(Scratch);
        Scratch.Dispose();
        GC.SuppressFinalize(this);
        Assert.True(left.Count == 0, "left behind:\n" + string.Join('\n', left));
    }
}
