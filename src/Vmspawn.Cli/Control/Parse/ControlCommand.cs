using System.Text.Json;
using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>A command for running machines.</summary>
/// <param name="Scope">Whose runtime directory; <see cref="RuntimeScope.Auto"/> is both.</param>
internal abstract record ControlCommand(RuntimeScope Scope) : ParsedCommand;

/// <summary>List all machines.</summary>
internal sealed record ListCommand(RuntimeScope Scope, bool Json) : ControlCommand(Scope);

/// <summary>Show the details of some machines.</summary>
internal sealed record StatusCommand(RuntimeScope Scope, IReadOnlyList<string> Names, bool Json) : ControlCommand(Scope);

/// <summary>Change the state of some machines.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Names">The machines.</param>
/// <param name="Run">What is done with each.</param>
internal sealed record PowerCommand(RuntimeScope Scope, IReadOnlyList<string> Names, Func<RunningMachine, Task> Run) : ControlCommand(Scope);

/// <summary>End some machines and start them again.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Names">The machines.</param>
/// <param name="Force">Whether their guests are not asked to power off.</param>
/// <param name="Timeout">The time limit.</param>
internal sealed record RestartCommand(RuntimeScope Scope, IReadOnlyList<string> Names, bool Force, TimeSpan Timeout) : ControlCommand(Scope)
{
    /// <summary>The default time limit.</summary>
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(5);
}

/// <summary>Attach a disk.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="Path">A file or block device.</param>
/// <param name="Type">A disk type, or null for the machine's choice.</param>
/// <param name="ReadOnly">Whether the guest may only read it.</param>
/// <param name="Id">The id of the disk.</param>
/// <param name="Json">Whether to print the result as JSON.</param>
/// <param name="Volume">A storage provider's volume instead of the file, or null.</param>
internal sealed record AttachCommand(
    RuntimeScope Scope, string Name, string Path, DiskType? Type, bool ReadOnly, string Id, bool Json, VolumeRequest? Volume = null)
    : ControlCommand(Scope)
{
    /// <summary>An image format, or null for raw if the file does not look like another format.</summary>
    public ImageFormat? Format { get; init; }
}

/// <summary>Detach a disk.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="Id">The disk.</param>
/// <param name="Wait">Whether to wait until the guest has released the disk.</param>
/// <param name="Timeout">The time limit for that.</param>
internal sealed record DetachCommand(RuntimeScope Scope, string Name, string Id, bool Wait, TimeSpan Timeout) : ControlCommand(Scope);

/// <summary>Replace the file of a disk.</summary>
internal sealed record ReplaceCommand(RuntimeScope Scope, string Name, string Id, string Path, bool ReadOnly, bool Json) : ControlCommand(Scope)
{
    /// <summary>raw, also for a file that looks like another format, or null.</summary>
    public ImageFormat? Format { get; init; }
}

/// <summary>Print events until the machine ends.</summary>
internal sealed record EventsCommand(RuntimeScope Scope, string Name, IReadOnlyList<string> Filter, bool Json) : ControlCommand(Scope);

/// <summary>Run a command of QEMU's monitor.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="Execute">The command.</param>
/// <param name="Arguments">An object, or null for none.</param>
/// <param name="Timeout">The time limit for the answer.</param>
/// <param name="Json">Whether to print the answer in one line.</param>
internal sealed record QmpCommand(RuntimeScope Scope, string Name, string Execute, JsonElement? Arguments, TimeSpan Timeout, bool Json)
    : ControlCommand(Scope);

/// <summary>Diagnose the host.</summary>
internal sealed record DoctorCommand(bool Json) : ControlCommand(RuntimeScope.Auto);

/// <summary>Connect to a guest by SSH.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="Login">The user to log in as.</param>
/// <param name="Words">The command to run; empty for a shell.</param>
internal sealed record SshCommand(RuntimeScope Scope, string Name, string Login, IReadOnlyList<string> Words) : ControlCommand(Scope)
{
    /// <summary>The default time limit for a guest that has not reported that it is ready.</summary>
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(2);

    /// <summary>The time limit for the guest's sshd to answer, or null for the default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether to wait without a message.</summary>
    public bool Quiet { get; init; }
}

/// <summary>Run a command in a guest.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="Command">The command.</param>
internal sealed record ExecCommand(RuntimeScope Scope, string Name, GuestCommand Command) : ControlCommand(Scope)
{
    /// <summary>The default time limit for the guest's first answer.</summary>
    public static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(5);

    /// <summary>The time limit for the guest's first answer.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether it runs in a terminal of the size of ours.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Whether to wait without a message.</summary>
    public bool Quiet { get; init; }
}

/// <summary>Copy a file or a tree into or out of a guest.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="GuestPath">The path in the guest.</param>
/// <param name="HostPath">The path on the host.</param>
/// <param name="IsIn">Into the guest.</param>
/// <param name="Recursive">Directories as well.</param>
internal sealed record CopyCommand(RuntimeScope Scope, string Name, string GuestPath, string HostPath, bool IsIn, bool Recursive) : ControlCommand(Scope);

/// <summary>Wait for something.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="For">What, or null for the machine's end.</param>
/// <param name="Timeout">The time limit, or null for none.</param>
internal sealed record WaitCommand(RuntimeScope Scope, string Name, GuestWait? For, TimeSpan? Timeout) : ControlCommand(Scope);

/// <summary>Attach the terminal to a machine's console.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="Quiet">Whether to do it without messages.</param>
internal sealed record ConsoleCommand(RuntimeScope Scope, string Name, bool Quiet) : ControlCommand(Scope);

/// <summary>Print the log of a machine.</summary>
/// <param name="Name">The machine; it need not run any more.</param>
/// <param name="Follow">Whether to wait for more until it ends.</param>
internal sealed record LogsCommand(string Name, bool Follow) : ControlCommand(RuntimeScope.Auto);

/// <summary>Freeze a machine.</summary>
/// <param name="Scope">Whose runtime directory.</param>
/// <param name="Name">The machine.</param>
/// <param name="Snapshot">The name or path of the snapshot.</param>
/// <param name="Options">How.</param>
internal sealed record FreezeCommand(RuntimeScope Scope, string Name, string Snapshot, VmFreezeOptions Options) : ControlCommand(Scope);

/// <summary>List, check or remove snapshots.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Snapshots">Their names or paths; for the list directories of snapshots, the user's if there are none.</param>
/// <param name="Json">Whether to print the list as JSON.</param>
internal sealed record SnapshotCommand(SnapshotAction Action, IReadOnlyList<string> Snapshots, bool Json) : ControlCommand(RuntimeScope.Auto);

/// <summary>What is done with snapshots.</summary>
internal enum SnapshotAction
{
    List,
    Check,
    Remove,
}

/// <summary>Print the help of one subcommand.</summary>
internal sealed record ShowControlHelp(ControlVerb Verb) : ParsedCommand;

/// <summary>List the images.</summary>
internal sealed record ImageListCommand(bool Json) : ControlCommand(RuntimeScope.Auto);

/// <summary>Download images, or newer versions of them.</summary>
internal sealed record ImagePullCommand(IReadOnlyList<string> Names, bool Quiet) : ControlCommand(RuntimeScope.Auto);

/// <summary>Build an image.</summary>
internal sealed record ImageBuildCommand(string Name, VmImage Image, bool Quiet) : ControlCommand(RuntimeScope.Auto);

/// <summary>Remove images.</summary>
internal sealed record ImageRemoveCommand(IReadOnlyList<string> Names) : ControlCommand(RuntimeScope.Auto);
