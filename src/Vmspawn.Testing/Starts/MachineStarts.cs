using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Testing.Cache;
using Vmspawn.Testing.Slots;

namespace Vmspawn.Testing.Starts;

/// <summary>Starts machines of one description: all that is known before the first of them runs.</summary>
internal sealed class MachineStarts
{
    /// <summary>Why machines of these keys are booted at each start of this process, although nothing forbade it before the first one ran.</summary>
    private static readonly ConcurrentDictionary<string, string> KnownReasons = new();

    private readonly TestMachine _described;
    private readonly TestStartOptions _how;
    private readonly TestPlaces _places;
    private readonly VmImageFiles _files;
    private readonly VmOptions _options;
    private readonly string _key;
    private readonly string? _whyNotFrozen;
    private readonly Action<string> _log;

    private MachineStarts(TestMachine described, TestStartOptions how, TestPlaces places, VmImageFiles files, VmOptions options, string key, string? whyNotFrozen, Action<string> log)
    {
        _described = described;
        _how = how;
        _places = places;
        _files = files;
        _options = options;
        _key = key;
        _whyNotFrozen = whyNotFrozen;
        _log = log;
    }

    /// <summary>Makes the image available and plans the machine.</summary>
    public static async Task<MachineStarts> OfAsync(TestMachine described, TestStartOptions how, CancellationToken cancel)
    {
        var environment = how.Environment ?? VmEnvironment.OfProcess;
        var logger = how.Machine.LoggerFactory?.CreateLogger("Vmspawn.Testing") ?? NullLogger.Instance;
        void Log(string text) => TestLog.Say(logger, $"{described.Image.Name}: {text}");
        var files = await described.Image.PrepareAsync(new ProgressLog(Log), cancel).ConfigureAwait(false);
        var options = described.OptionsFor(files, TestMachine.NewName(how.Label));
        var planning = await VmPlanning.OfAsync(options, environment with { MakesSshKey = false }, cancel).ConfigureAwait(false);
        planning.Require();
        var whyNot = described.Snapshot == Tristate.No ? "that is what its description says" : Frozen.WhyNot(planning);
        if (whyNot is not null && described.Snapshot == Tristate.Yes)
            throw new TestMachineException($"{described.Image.Name}: it cannot be frozen, because {whyNot}");
        var key = $"testing {typeof(MachineStarts).Module.ModuleVersionId}\nimage {files.Stamp}\nprepared by {described.PreparedBy}\n{planning.Fingerprint()}";
        return new MachineStarts(described, how, new TestPlaces(environment.Variable), files, options, key, whyNot, Log);
    }

    /// <summary>Starts the first machine, or the next one after a frozen machine turned out to be damaged.</summary>
    /// <param name="bad">The damaged one, or null; it is disposed.</param>
    /// <param name="cancel">Cancels it.</param>
    public async Task<StartedMachine> BeginAsync(CacheEntry? bad, CancellationToken cancel)
    {
        // A process that waits for another one's frozen machine holds no processors, which that one may be waiting for.
        SlotLease? slots = null;
        async Task TakeTurnAsync(CancellationToken stop) => slots ??= await TakeSlotsAsync(stop).ConfigureAwait(false);
        try
        {
            if ((_whyNotFrozen ?? KnownReasons.GetValueOrDefault(_key)) is { } known)
            {
                _log($"it is booted, because {known}");
                bad?.Dispose();
                await TakeTurnAsync(cancel).ConfigureAwait(false);
                return new StartedMachine(await BootAsync(cancel).ConfigureAwait(false), null, known, slots!);
            }

            var start = new PreparedStart<VirtualMachine>(_log) { TakeTurn = TakeTurnAsync, Boot = BootAsync, Freeze = FreezeAsync, Restore = RestoreAsync };
            MadeOnce OpenCache() => new(_places.Cache(), _places.CacheLimit, TimeProvider.System, _log);
            var (machine, entry, whyBooted, isLasting) = await start.RunAsync(OpenCache, _key, bad, _how.PreparedTimeout, cancel).ConfigureAwait(false);
            if (whyBooted is not null && isLasting)
                KnownReasons.TryAdd(_key, whyBooted);
            return new StartedMachine(machine, entry, whyBooted, slots!);
        }
        catch
        {
            slots?.Dispose();
            throw;
        }
    }

    /// <summary>Starts the next machine after one has ended, with its processors.</summary>
    /// <param name="last">The one that has ended. What it holds is passed on or given back.</param>
    /// <param name="cancel">Cancels it.</param>
    public async Task<StartedMachine> AgainAsync(StartedMachine last, CancellationToken cancel)
    {
        CacheEntry? bad = null;
        // An earlier reset that failed has given everything back.
        if (last.Slots.Count > 0)
        {
            try
            {
                return last with { Machine = last.Entry is { } entry ? await RestoreAsync(entry.Content, cancel).ConfigureAwait(false) : await BootAsync(cancel).ConfigureAwait(false) };
            }
            catch (Exception error) when (last.Entry is not null && !cancel.IsCancellationRequested)
            {
                bad = last.Entry;
                _log($"it cannot be restored from {bad.Path}: {FailureReason.Of(error)}; it is frozen anew");
            }

            last.Slots.Dispose();
        }

        return await BeginAsync(bad, cancel).ConfigureAwait(false);
    }

    private async Task<SlotLease> TakeSlotsAsync(CancellationToken cancel)
    {
        try
        {
            var holder = $"{_options.Machine} of process {Environment.ProcessId} ({Path.GetFileName(Environment.ProcessPath)})";
            return await new SlotPool(_places.SlotDirectory(), _places.Slots, TimeProvider.System).TakeAsync(_options.Cpus.Count, holder, _how.SlotTimeout, cancel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TestMachineException($"{_described.Image.Name}: the virtual processors of other tests cannot be counted: {FailureReason.Of(error)}", error);
        }
    }

    /// <summary>Boots a machine, waits until it is ready, and prepares it.</summary>
    private async Task<VirtualMachine> BootAsync(CancellationToken cancel)
    {
        var options = Options();
        var planning = await VmPlanning.OfAsync(options, _how.Environment, cancel).ConfigureAwait(false);
        VirtualMachine machine;
        try
        {
            machine = await VirtualMachine.StartAsync(planning, _how.Machine, cancel).ConfigureAwait(false);
        }
        catch (VmLaunchException error)
        {
            throw Failure("did not start", error, await error.WriteReportAsync(Path.Combine(_places.Reports, options.Machine!)).ConfigureAwait(false));
        }

        var step = "did not become ready";
        try
        {
            await machine.Guest.WaitAsync(_described.Ready, _described.ReadyTimeout, cancel).ConfigureAwait(false);
            step = "could not be prepared";
            if (_described.Prepare is { } prepare)
                await prepare(machine, cancel).ConfigureAwait(false);
            return machine;
        }
        catch (Exception error)
        {
            var report = cancel.IsCancellationRequested ? [] : await machine.WriteReportAsync(Path.Combine(_places.Reports, machine.Name)).ConfigureAwait(false);
            await machine.DisposeAsync().ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            throw Failure(step, error, report);
        }
    }

    private TestMachineException Failure(string step, Exception error, IReadOnlyList<string> report) => new(
        $"{_described.Image.Name}: the machine {step}: {error.Message}{(report.Count == 0 ? "" : $"{Environment.NewLine}A report is in {Path.GetDirectoryName(report[0])}.")}", error, report);

    private async Task<string?> FreezeAsync(VirtualMachine machine, string path, CancellationToken cancel)
    {
        try
        {
            await machine.FreezeAsync(path, null, cancel).ConfigureAwait(false);
            await machine.DisposeAsync().ConfigureAwait(false);
            return null;
        }
        catch (Exception error) when (error is VmException or IOException && !machine.Exited.IsCompleted)
        {
            return $"freezing it failed: {error.Message}";
        }
        catch
        {
            await machine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private Task<VirtualMachine> RestoreAsync(string path, CancellationToken cancel) => Frozen.RestoreAsync(path, Options(), _how, cancel);

    /// <summary>The options of the next machine, whose name is its own.</summary>
    private VmOptions Options() => _described.OptionsFor(_files, TestMachine.NewName(_how.Label));
}
