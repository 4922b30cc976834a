using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Resolve;
using Vmspawn.Snapshots;
using Vmspawn.Spec;

namespace Vmspawn;

/// <summary>What the planner reads of the process that calls it.</summary>
public sealed record VmEnvironment
{
    /// <summary>The environment of this process.</summary>
    public static VmEnvironment OfProcess { get; } = new();

    /// <summary>Reads one environment variable.</summary>
    public Func<string, string?> Variable { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>The size of the terminal on which the guest's console is shown; null where there is none.</summary>
    public WindowSize? Terminal { get; init; }

    /// <summary>Whether an SSH key is made for the guest; false for a plan that is only shown.</summary>
    public bool MakesSshKey { get; init; } = true;
}

/// <summary>Options that were compared with this host, and the plan that results: everything that can be known before anything is started.</summary>
public sealed record VmPlanning
{
    private VmPlanning(VmOptions options, VmEnvironment environment) => (Options, Environment) = (options, environment);

    /// <summary>The options that it was made from.</summary>
    public VmOptions Options { get; }

    /// <summary>The plan; null exactly when there are problems.</summary>
    public VmPlan? Plan { get; private init; }

    /// <summary>All reasons why there is no plan.</summary>
    public IReadOnlyList<Problem> Problems { get; private init; } = [];

    /// <summary>Messages for the user that are not errors.</summary>
    public IReadOnlyList<string> Notices { get; private init; } = [];

    /// <summary>Messages for diagnosis only.</summary>
    public IReadOnlyList<string> Details { get; private init; } = [];

    internal VmEnvironment Environment { get; }

    /// <summary>Null exactly when there are problems.</summary>
    internal MachineSpec? Spec { get; private init; }

    /// <summary>The snapshot that it continues, or null.</summary>
    internal SnapshotFiles? Snapshot { get; private init; }

    /// <summary>Checks the rules between options, which does not look at the host.</summary>
    /// <param name="options">The options.</param>
    /// <returns>Problems of kind <see cref="ProblemKind.Usage"/>; empty when no rule is broken.</returns>
    public static IReadOnlyList<Problem> Check(VmOptions options) => OptionRules.Check(options);

    /// <summary>Compares options with this host and plans them. Starts no machine; whether KVM works is tried by a small guest, once for each boot of the host.</summary>
    /// <param name="options">The options.</param>
    /// <param name="environment">What is read of this process; null for <see cref="VmEnvironment.OfProcess"/>.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; everything was undone.</exception>
    public static async Task<VmPlanning> OfAsync(VmOptions options, VmEnvironment? environment = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var given = environment ?? VmEnvironment.OfProcess;
        return options.Restore is { } request
            ? await RestoreAsync(options, request, given, cancellationToken).ConfigureAwait(false)
            : await BootAsync(options, given, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// What decides how the machine behaves, as text with a line for each fact: options without the name, hashes of credentials, the versions of QEMU and of this library, the processor, and
    /// size, time and inode of each file. Equal texts mean equal machines, as long as files are not changed behind their times; a key for what is made with a machine.
    /// </summary>
    /// <exception cref="VmPlanException">There is no plan.</exception>
    public string Fingerprint() => VmFingerprint.Of(this);

    /// <summary>The plan.</summary>
    /// <exception cref="VmPlanException">There is none.</exception>
    public VmPlan Require() => Plan ?? throw new VmPlanException(Problems);

    private static async Task<VmPlanning> BootAsync(VmOptions options, VmEnvironment given, CancellationToken cancellationToken)
    {
        var planning = await ResolveAsync(options, given, cancellationToken).ConfigureAwait(false);
        return planning.Spec is null ? planning : planning.WithPlan();
    }

    /// <summary>The plan of a machine that continues a snapshot; the machine must be the one that was frozen.</summary>
    private static async Task<VmPlanning> RestoreAsync(VmOptions options, RestoreRequest request, VmEnvironment given, CancellationToken cancellationToken)
    {
        var problems = new List<Problem>();
        if (SnapshotFiles.TryRead(SnapshotPlace.PathOf(request.Directory, given.Variable), problems) is not { } snapshot)
            return new VmPlanning(options, given) { Problems = problems };
        var merged = FrozenOptions.Merge(snapshot, options, problems);
        if (problems.Count > 0)
            return new VmPlanning(options, given) { Problems = problems };
        // The guest knows the snapshot's key.
        var planning = await ResolveAsync(merged, given with { MakesSshKey = false }, cancellationToken).ConfigureAwait(false);
        if (planning.Spec is not { } spec)
            return planning;
        var restored = RestoredSpec.Of(spec, snapshot, request, problems);
        var planned = problems.Count > 0 ? planning : (planning with { Spec = restored, Snapshot = snapshot }).WithPlan();
        if (planned.Plan is { } plan)
            problems.AddRange(FrozenHardware.Differences(snapshot.Manifest.Hardware, FrozenHardware.Of(plan)).Select(text => new Problem("restore-plan", $"snapshot {snapshot.Directory}", text, "make another snapshot")));
        return problems.Count > 0 ? planned with { Spec = null, Plan = null, Problems = problems } : planned;
    }

    private static async Task<VmPlanning> ResolveAsync(VmOptions options, VmEnvironment given, CancellationToken cancellationToken)
    {
        var process = new ProcessContext(given.Variable, given.Terminal, RandomNumber.Next);
        if (given.MakesSshKey)
            process = process with { TakeSshKey = (maker, cancel) => maker.TakeAsync(cancel) };
        var resolution = await Resolver.ResolveAsync(options, process, cancellationToken).ConfigureAwait(false);
        var planning = new VmPlanning(options, given) { Details = resolution.Details, Notices = resolution.Notices };
        return resolution.Spec is { } spec ? planning with { Spec = spec } : planning with { Problems = resolution.Problems };
    }

    private VmPlanning WithPlan()
    {
        var result = MachinePlanner.Plan(Spec!);
        return result.Plan is { } plan
            ? this with { Plan = plan, Notices = [.. Notices, .. plan.Notices] }
            : this with { Spec = null, Problems = result.Problems };
    }
}
