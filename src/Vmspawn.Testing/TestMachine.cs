using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Testing.Starts;

namespace Vmspawn.Testing;

/// <summary>
/// A machine for tests, described: an image, options, what to wait for, what to prepare. It is booted and prepared once for all processes of a user and frozen; each start
/// restores it.
/// </summary>
/// <param name="Image">What it boots.</param>
public sealed record TestMachine(VmImage Image)
{
    /// <summary>The longest part of a machine's name that a caller chooses: a name is a host name, 64 characters at most.</summary>
    private const int LongestLabel = 40;

    /// <summary>
    /// Changes the options. Those that it gets have the image, and differ from the command line's defaults: the guest's writes are discarded, one user-mode network card, no TPM, no
    /// vsock, and a unique name.
    /// </summary>
    public Func<VmOptions, VmOptions> Configure { get; init; } = options => options;

    /// <summary>When the guest counts as started. A restored machine is started at once.</summary>
    public GuestWait Ready { get; init; } = GuestWait.Ready;

    /// <summary>The time limit of <see cref="Ready"/>; null is its default, ten times as long without KVM.</summary>
    public TimeSpan? ReadyTimeout { get; init; }

    /// <summary>
    /// Prepares the started machine before it is frozen: installs programs, creates a database. It runs once for all starts, again when something of <see cref="PrepareKey"/> has changed, and at each
    /// start where the machine cannot be frozen. Its token is that of the start.
    /// </summary>
    public Func<VirtualMachine, CancellationToken, Task>? Prepare { get; init; }

    /// <summary>
    /// The version of what <see cref="Prepare"/> and <see cref="Ready"/> do: equal texts mean that a machine that was prepared earlier is as good. Null for the assemblies that they are in, so that each build with
    /// changes prepares the machine anew. What they read from elsewhere, such as files and variables, has to be part of the text.
    /// </summary>
    public string? PrepareKey { get; init; }

    /// <summary>
    /// Whether it is frozen and restored: by default where that is possible, otherwise each start boots it. With <see cref="Tristate.Yes"/> a machine that cannot be frozen fails.
    /// </summary>
    public Tristate Snapshot { get; init; } = Tristate.Auto;

    /// <summary>Starts a machine: restores it, and makes what is restored if that does not exist yet.</summary>
    /// <param name="start">How; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the start and undoes it.</param>
    /// <returns>The machine, ready and prepared, for the caller to dispose.</returns>
    /// <exception cref="TestMachineException">It does not start, does not become ready, or its preparation fails; or no virtual processor became free.</exception>
    /// <exception cref="VmPlanException">Its options cannot be planned on this host.</exception>
    /// <exception cref="VmImageException">The image cannot be made available.</exception>
    public async Task<TestVm> StartAsync(TestStartOptions? start = null, CancellationToken cancellationToken = default)
    {
        var starts = await MachineStarts.OfAsync(this, start ?? new TestStartOptions(), cancellationToken).ConfigureAwait(false);
        return new TestVm(starts, await starts.BeginAsync(null, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>A machine's name that no other has.</summary>
    /// <param name="label">Its first part; what is not permitted in a host name is replaced.</param>
    internal static string NewName(string? label)
    {
        var words = string.Join('-', (label ?? "").Split([.. (label ?? "").Where(c => !char.IsAsciiLetterOrDigit(c)).Distinct()], StringSplitOptions.RemoveEmptyEntries));
        return $"{(words.Length == 0 ? "test" : words[..Math.Min(words.Length, LongestLabel)].TrimEnd('-'))}-{RandomNumber.Next():x16}";
    }

    internal VmOptions OptionsFor(VmImageFiles files, string name) => Configure(files.ApplyTo(new VmOptions
    {
        Machine = name,
        Ephemeral = true,
        Networks = [NetworkMode.User],
        Tpm = Tristate.No,
        Vsock = new VsockRequest(VsockMode.No, null),
    }));

    /// <summary>The version of what is done with the machine before it is frozen.</summary>
    internal string PreparedBy => PrepareKey is { } key ? $"key {key}" : $"{CodeOf(Ready.GetType())} {Ready.What}; {(Prepare is { } prepare ? $"{CodeOf(prepare.Method.Module)} {prepare.Method.DeclaringType}.{prepare.Method.Name}" : "nothing")}";

    private static string CodeOf(Type type) => $"{CodeOf(type.Module)} {type}";

    private static string CodeOf(System.Reflection.Module module) => $"{module.Assembly.GetName().Name} {module.ModuleVersionId}";
}
