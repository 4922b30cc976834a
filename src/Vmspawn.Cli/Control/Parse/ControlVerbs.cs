using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>All subcommands that start no machine: those for running ones, <c>image</c> and <c>doctor</c>.</summary>
internal static class ControlVerbs
{
    /// <summary>How long <c>detach</c> waits for the guest by default.</summary>
    private static readonly TimeSpan DetachTime = TimeSpan.FromMinutes(1);

    /// <summary>How long <c>qmp</c> waits for QEMU by default.</summary>
    private static readonly TimeSpan QmpTime = TimeSpan.FromSeconds(30);

    /// <summary>Their names, in the order of the help.</summary>
    public static string[] Names { get; } =
        ["list", "status", "poweroff", "reboot", "restart", "pause", "resume", "terminate", "attach", "detach", "replace", "events", "qmp", "exec", "cp", "wait", "ssh", "console", "logs", "freeze", "snapshot", "network", "fault", "image", "doctor"];

    /// <summary>The subcommand with this name, or null.</summary>
    public static ControlVerb? Find(string word) => word switch
    {
        "list" => new(
            word,
            "Lists the running machines.",
            [],
            () => [ControlDeclarations.Json("Print an array of objects")],
            (options, _, _) => new ListCommand(options.Scope, options.Json)),
        "status" => new(
            word,
            "Shows a machine with its disks and PCIe ports.",
            [Operand.Names],
            () => [ControlDeclarations.Json("Print one object per line for each")],
            (options, names, _) => new StatusCommand(options.Scope, names, options.Json)),
        "poweroff" => Power(word, "Requests the guest to power off, by ssh to its systemd or by its power button.", machine => machine.PowerOffAsync()),
        "reboot" => Power(word, "Resets the machine, which boots again.", machine => machine.ResetAsync()),
        "restart" => new(
            word,
            "Ends the machine as poweroff does, after 90 s by force, and starts it again with the same command line.",
            [Operand.Names],
            () => [ControlDeclarations.Force(), ControlDeclarations.Timeout("Time limit for all of it", RestartCommand.UsualTimeout)],
            (options, names, _) => new RestartCommand(options.Scope, names, options.Force, options.Timeout ?? RestartCommand.UsualTimeout)),
        "pause" => Power(word, "Pauses the machine's CPUs.", machine => machine.PauseAsync()),
        "resume" => Power(word, "Resumes a paused machine's CPUs.", machine => machine.ResumeAsync()),
        "terminate" => Power(word, "Ends the machine at once, without a shutdown of its guest.", machine => machine.TerminateAsync()),
        "attach" => Attach(word),
        "detach" => new(
            word,
            "Detaches a disk from a running machine.",
            [Operand.Name, Operand.StorageId],
            () => [.. ControlDeclarations.Wait(), ControlDeclarations.Timeout("Time limit for the guest", DetachTime)],
            (options, given, _) => new DetachCommand(options.Scope, given[0], given[1], options.Wait, options.Timeout ?? DetachTime)),
        "replace" => new(
            word,
            "Replaces the file of a disk: the medium of a CD drive, or an image that has grown.",
            [Operand.Name, Operand.StorageId, Operand.Path],
            () =>
            [
                ControlDeclarations.ReadOnly("Open the file for reading only"),
                ControlDeclarations.Format("raw: accept a file that looks like another format", ("raw", ImageFormat.Raw)),
                ControlDeclarations.Json("Print the disk as an object"),
            ],
            (options, given, _) => new ReplaceCommand(options.Scope, given[0], given[1], given[2], options.ReadOnly, options.Json)
            {
                Format = options.Format,
            }),
        "events" => new(
            word,
            "Prints QEMU's events, after READY, until the machine ends.",
            [Operand.Name],
            () => [ControlDeclarations.Filter(), ControlDeclarations.Json("Print one object per line")],
            (options, given, _) => new EventsCommand(options.Scope, given[0], options.Filter, options.Json)),
        "qmp" => new(
            word,
            "Runs a command of QEMU's monitor and prints the result.",
            [Operand.Name, new("COMMAND", OperandKind.Word), new("JSON", OperandKind.Word, Optional: true)],
            () => [ControlDeclarations.Timeout("Time limit for QEMU", QmpTime), ControlDeclarations.Json("Print it on one line")],
            QmpArguments.Read(QmpTime)),
        "exec" => new(
            word,
            "Runs a command in the guest, with this terminal's input and output, and returns its exit status.",
            [Operand.Name, new("COMMAND", OperandKind.Word, Repeats: true)],
            () =>
            [
                ControlDeclarations.Terminal(), ControlDeclarations.Variable(), ControlDeclarations.WorkingDirectory(), ControlDeclarations.Login(),
                ControlDeclarations.Timeout("Time limit for the guest's first answer", ExecCommand.UsualTimeout), ControlDeclarations.Quiet(),
            ],
            (options, given, _) => new ExecCommand(options.Scope, given[0], new GuestCommand(given[1], [.. given.Skip(2)])
            {
                Environment = options.Variables,
                WorkingDirectory = options.WorkingDirectory,
                User = options.Login == "root" ? null : options.Login,
            })
            {
                Timeout = options.Timeout,
                HasTerminal = options.HasTerminal,
                Quiet = options.Quiet,
            })
        {
            OptionsFirst = true,
            OptionsAfterName = true,
        },
        "cp" => new(
            word,
            "Copies a file or a directory into a guest or out of it.",
            [new("[NAME:]SOURCE", OperandKind.File), new("[NAME:]TARGET", OperandKind.File)],
            () => [ControlDeclarations.Recursive()],
            CopyArguments.Read),
        "wait" => new(
            word,
            "Waits for a machine or its guest.",
            [Operand.Name],
            () => [ControlDeclarations.For(), ControlDeclarations.Timeout("Time limit; 1 is the exit status then", null)],
            (options, given, _) => new WaitCommand(options.Scope, given[0], options.For, options.Timeout)),
        "console" => new(
            word,
            "Attaches the terminal to the console of a running machine, until Ctrl-] is pressed three times within a second.",
            [Operand.Name],
            () => [ControlDeclarations.Quiet("Print no messages about the attachment")],
            (options, given, _) => new ConsoleCommand(options.Scope, given[0], options.Quiet)),
        "logs" => new(
            word,
            "Prints what a machine's guest has written to its console and the messages about the machine, of its current or last run.",
            [Operand.LoggedName],
            () => [ControlDeclarations.Follow()],
            (options, given, _) => new LogsCommand(given[0], options.Follow)) { IsForMachines = false },
        "freeze" => new(
            word,
            "Freezes a machine into a snapshot, from which vmspawn run --restore= continues, and ends it.",
            [Operand.Name, Operand.Snapshot],
            () => [ControlDeclarations.Keep(), ControlDeclarations.Compression()],
            (options, given, _) => new FreezeCommand(options.Scope, given[0], given[1], new VmFreezeOptions { Keep = options.Keep, Compression = options.Compression })),
        "snapshot" => new(
            word,
            "Lists the snapshots of a directory, checks whether machines can continue from snapshots here, or removes them.",
            [new("list|check|rm", OperandKind.Word), Operand.Snapshot with { Optional = true, Repeats = true }],
            () => [ControlDeclarations.Json("Print the list as an array of objects")],
            SnapshotArguments.Read) { IsForMachines = false },
        "network" => new(
            word,
            $"Makes and changes networks between machines, which join them by \"vmspawn run --network=NAME\": {NetworkArguments.Usage}.",
            [Operand.NetworkAction, Operand.NetworkWords],
            NetworkArguments.Options,
            NetworkArguments.Read),
        "fault" => new(
            word,
            $"Makes something of a running machine fail, for tests: {FaultArguments.Usage}.",
            [Operand.Name, Operand.Fault, Operand.FaultWords],
            () => [],
            FaultArguments.Read)
        {
            // A time may begin with a hyphen.
            OptionsFirst = true,
        },
        "image" => new(
            word,
            "Lists, downloads, builds and removes the images that vmspawn run boots by name.",
            [Operand.ImageAction, Operand.ImageNames],
            ImageArguments.Options,
            ImageArguments.Read) { IsForMachines = false },
        "doctor" => new(
            word,
            "Diagnoses the host: what is missing for machines, the consequences, and how to fix it.",
            [],
            () => [ControlDeclarations.Json("Print an object")],
            (options, _, _) => new DoctorCommand(options.Json)) { IsForMachines = false },
        "ssh" => new(
            word,
            "Logs in to the guest, or runs a command in it and returns its exit status.",
            [Operand.Name, new("COMMAND", OperandKind.Word, Optional: true, Repeats: true)],
            () => [ControlDeclarations.Login(), ControlDeclarations.Timeout("Time limit for the guest's sshd to answer", SshCommand.UsualTimeout), ControlDeclarations.Quiet()],
            (options, given, _) => new SshCommand(options.Scope, given[0], options.Login, [.. given.Skip(1)])
            {
                Timeout = options.Timeout,
                Quiet = options.Quiet,
            })
        {
            OptionsFirst = true,
        },
        _ => null,
    };

    private static ControlVerb Power(string word, string summary, Func<RunningMachine, Task> run) => new(
        word, summary, [Operand.Names], () => [], (options, names, _) => new PowerCommand(options.Scope, names, run));

    private static ControlVerb Attach(string word) => new(
        word,
        "Attaches an image, a block device, or a storage provider's volume to a running machine.",
        [Operand.Name, Operand.PathOrVolume],
        () =>
        [
            ControlDeclarations.Type(),
            ControlDeclarations.ReadOnly("Read-only for the guest"),
            ControlDeclarations.Format("The image's format; default raw, but a file that looks like another format is refused", OptionWords.ImageFormats),
            ControlDeclarations.Id(),
            ControlDeclarations.Json("Print the disk as an object"),
        ],
        AttachArguments.Read);
}
