using Microsoft.Extensions.Logging;
using Vmspawn.Options;
using Vmspawn.SystemTests.Harness;
using Vmspawn.Testing;

namespace Vmspawn.SystemTests;

/// <summary>Machines for tests (Vmspawn.Testing) with a real guest.</summary>
public sealed class TestingTests : LibraryTest
{
    private readonly List<string> _log = [];
    private int _prepared;

    [Theory]
    [InlineData(QemuKind.Distribution)]
    [InlineData(QemuKind.Sid)]
    public async Task A_machine_is_prepared_once_and_restored_for_each_start(QemuKind qemu)
    {
        var start = Start(qemu);
        await using (var first = await Machine.StartAsync(start, Cancel))
        await using (var second = await Machine.StartAsync(start, Cancel))
        {
            Assert.True(first.IsRestored && second.IsRestored, first.WhyBooted ?? second.WhyBooted);
            Assert.NotEqual(first.Machine.Name, second.Machine.Name);
            await first.Guest.ShellAsync("echo changed >/state", Cancel);
            Assert.Equal("prepared", await second.Guest.ShellAsync("cat /state", Cancel));
            Assert.NotEqual(await RandomOf(first), await RandomOf(second));

            await first.ResetAsync(Cancel);
            Assert.Equal("prepared", await first.Guest.ShellAsync("cat /state", Cancel));
        }

        Assert.Equal(1, _prepared);
        Assert.Single(Entries());
    }

    [Fact]
    public async Task A_damaged_machine_is_made_anew_also_by_a_reset()
    {
        var start = Start();
        await using var third = await Machine.StartAsync(start, Cancel);
        var entry = Assert.Single(Entries());
        using (var memory = File.OpenWrite(Path.Combine(entry, "content", "memory")))
            memory.SetLength(1000);
        await third.ResetAsync(Cancel);
        Assert.True(third.IsRestored, third.WhyBooted);
        Assert.Equal("prepared", await third.Guest.ShellAsync("cat /state", Cancel));
        Assert.Equal(2, _prepared);
        Assert.Contains(_log, text => text.Contains($"cannot be restored from {entry}: ", StringComparison.Ordinal) && text.EndsWith("it is frozen anew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_machine_that_cannot_be_frozen_is_booted_and_says_why()
    {
        var drive = new ExtraDrive(Scratch.Raw("nvme.raw"), ImageFormat.Raw, DiskType.Nvme);
        var machine = Machine with { Configure = options => Machine.Configure(options) with { ExtraDrives = [drive] } };
        var refused = await Assert.ThrowsAsync<TestMachineException>(() => (machine with { Snapshot = Tristate.Yes }).StartAsync(Start(), Cancel));
        Assert.Contains("cannot save the state of an NVMe controller", refused.Message, StringComparison.Ordinal);
        await using var booted = await machine.StartAsync(Start(), Cancel);
        Assert.False(booted.IsRestored);
        Assert.Contains("cannot save the state of an NVMe controller", booted.WhyBooted, StringComparison.Ordinal);
        Assert.Contains(_log, text => text.Contains($"it is booted, because {booted.WhyBooted}", StringComparison.Ordinal));
        Assert.Equal("prepared", await booted.Guest.ShellAsync("cat /state", Cancel));
        Assert.Empty(Entries());
    }

    [Fact]
    public async Task A_preparation_that_fails_is_reported()
    {
        var failing = Machine with { Prepare = async (machine, cancel) => await machine.Guest.ShellAsync("echo no such package; exit 7", cancel) };
        var error = await Assert.ThrowsAsync<TestMachineException>(() => failing.StartAsync(Start(), Cancel));
        Assert.StartsWith($"{Prepared.Kernel}: the machine could not be prepared: ", error.Message, StringComparison.Ordinal);
        Assert.IsType<GuestCommandException>(error.InnerException);
        Assert.Contains(error.ReportFiles, file => file.StartsWith(Scratch.Images, StringComparison.Ordinal) && Path.GetFileName(file) == "console.txt" && File.Exists(file));
        Assert.Empty(Entries());
    }

    [Fact]
    public async Task Everything_that_decides_a_machine_is_in_its_fingerprint()
    {
        var disk = Scratch.Raw("disk.raw");
        var options = Disk(disk) with { Ephemeral = true };
        var same = await Fingerprint(options);
        Assert.Equal(same, await Fingerprint(options with { Machine = "another-name" }));
        Assert.NotEqual(same, await Fingerprint(options with { Ram = new RamSize(1L << 30) }));
        Assert.NotEqual(
            await Fingerprint(options with { Credentials = [new LiteralCredential("a", new byte[] { 1 })] }),
            await Fingerprint(options with { Credentials = [new LiteralCredential("a", new byte[] { 2 })] }));
        Assert.NotEqual(same, await Fingerprint(options, QemuKind.Sid));
        await File.AppendAllTextAsync(disk, "more", Cancel);
        Assert.NotEqual(same, await Fingerprint(options));
    }

    private TestMachine Machine => new(VmImage.Kernel(Prepared.Kernel, [Prepared.Initrd], ["no_timer_check", "quiet", "vmtest=commands,shell"]))
    {
        Configure = options => options with { Scope = RuntimeScope.User, Kvm = Tristate.No, Ram = new RamSize(512 << 20) },
        Ready = GuestWait.Channel,
        Prepare = async (machine, cancel) =>
        {
            Interlocked.Increment(ref _prepared);
            await machine.Guest.ShellAsync("echo prepared >/state", cancel);
        },
    };

    private TestStartOptions Start(QemuKind qemu = QemuKind.Distribution)
    {
        var environment = Environment(qemu);
        return new TestStartOptions
        {
            Label = Scratch.Mark,
            Machine = new VmStartOptions { LoggerFactory = new Logs(_log) },
            Environment = environment with
            {
                Variable = name => name switch
                {
                    "VMSPAWN_TEST_CACHE" => Scratch.Own("cache"),
                    "VMSPAWN_TEST_REPORTS" => Scratch.Own("reports"),
                    "VMSPAWN_TEST_CPUS" => "2",
                    _ => environment.Variable(name),
                },
            },
        };
    }

    private string[] Entries() => Directory.Exists(Scratch.Own("cache")) ? [.. Directory.GetDirectories(Scratch.Own("cache"))] : [];

    private static Task<string> RandomOf(TestVm vm) => vm.Guest.ShellAsync("head -c 16 /dev/urandom | od -A n -t x1", Cancel);

    private async Task<string> Fingerprint(VmOptions options, QemuKind qemu = QemuKind.Distribution) =>
        (await VmPlanning.OfAsync(options, Environment(qemu) with { MakesSshKey = false }, Cancel)).Fingerprint();

    private sealed class Logs(List<string> log) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (log)
                log.Add(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
