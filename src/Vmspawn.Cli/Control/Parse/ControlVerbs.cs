using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>All subcommands that start no machine: those for running ones, and <c>doctor</c>.</summary>
internal static class ControlVerbs
{
    /// <summary>How long <c>detach</c> waits for the guest by default.</summary>
    private static readonly TimeSpan DetachTime = TimeSpan.FromMinutes(1);

    /// <summary>How long <c>qmp</c> waits for QEMU by default.</summary>
    private static readonly TimeSpan QmpTime = TimeSpan.FromSeconds(30);

    /// <summary>Their names, in the order of the help.</summary>
    public static string[] Names { get; } =
        ["list", "status", "poweroff", "reboot", "pause", "resume", "terminate", "attach", "detach", "replace", "events", "qmp", "ssh", "doctor"];

    /// <summary>The subcommand with this name, or null.</summary>
    public static ControlVerb? Find(string word) => word switch
    {
        "list" => new(
            word,
            "Shows the machines that run.",
            [],
            () => [ControlDeclarations.Json("Print an array of objects")],
            (options, _, _) => new ListCommand(options.Scope, options.Json)),
        "status" => new(
            word,
            "Shows a machine with its disks and PCIe ports.",
            [Operand.Names],
            () => [ControlDeclarations.Json("Print an object a line for each")],
            (options, names, _) => new StatusCommand(options.Scope, names, options.Json)),
        "poweroff" => Power(word, "Asks the guest to power off, as its power button does.", "PowerOff"),
        "reboot" => Power(word, "Resets the machine, which boots again.", "Reboot"),
        "pause" => Power(word, "Stops the machine's CPUs.", "Pause"),
        "resume" => Power(word, "Lets a paused machine's CPUs go on.", "Resume"),
        "terminate" => Power(word, "Ends the machine at once, without asking its guest.", "Terminate"),
        "attach" => Attach(word),
        "detach" => new(
            word,
            "Takes a disk away from a running machine.",
            [Operand.Name, Operand.StorageId],
            () => [.. ControlDeclarations.Wait(), ControlDeclarations.Timeout("How long the guest may take", DetachTime)],
            (options, given, _) => new DetachCommand(options.Scope, given[0], given[1], options.Wait, options.Timeout ?? DetachTime)),
        "replace" => new(
            word,
            "Puts another file behind a disk: the medium of a CD drive, or an image that has grown.",
            [Operand.Name, Operand.StorageId, Operand.Path],
            () =>
            [
                ControlDeclarations.ReadOnly("Open the file for reading only"),
                ControlDeclarations.Format("raw puts a file in its place that looks like another format too", "raw"),
                ControlDeclarations.Json("Print the disk as an object"),
            ],
            (options, given, _) => new ReplaceCommand(options.Scope, given[0], given[1], given[2], options.ReadOnly, options.Json)
            {
                Format = options.Format,
            }),
        "events" => new(
            word,
            "Prints QEMU's events as they come, after READY, until the machine ends.",
            [Operand.Name],
            () => [ControlDeclarations.Filter(), ControlDeclarations.Json("Print an object a line")],
            (options, given, _) => new EventsCommand(options.Scope, given[0], options.Filter, options.Json)),
        "qmp" => new(
            word,
            "Runs a command of QEMU's monitor and prints what it returns.",
            [Operand.Name, new("COMMAND", OperandKind.Word), new("JSON", OperandKind.Word, Optional: true)],
            () => [ControlDeclarations.Timeout("How long QEMU may take", QmpTime), ControlDeclarations.Json("Print it in one line")],
            QmpArguments.Read(QmpTime)),
        "doctor" => new(
            word,
            "Says what this host has and lacks for machines, what each lack costs, and what mends it.",
            [],
            () => [ControlDeclarations.Json("Print an object")],
            (options, _, _) => new DoctorCommand(options.Json)) { IsForMachines = false },
        "ssh" => new(
            word,
            "Logs in to the guest, or runs a command in it, whose exit status is returned.",
            [Operand.Name, new("COMMAND", OperandKind.Word, Optional: true, Repeats: true)],
            () => [ControlDeclarations.Login()],
            (options, given, _) => new SshCommand(options.Scope, given[0], options.Login, [.. given.Skip(1)]))
        {
            OptionsFirst = true,
        },
        _ => null,
    };

    private static ControlVerb Power(string word, string summary, string method) => new(
        word, summary, [Operand.Names], () => [], (options, names, _) => new PowerCommand(options.Scope, names, method));

    private static ControlVerb Attach(string word) => new(
        word,
        "Plugs an image, a block device, or a storage provider's volume into a running machine.",
        [Operand.Name, Operand.PathOrVolume],
        () =>
        [
            ControlDeclarations.Type(),
            ControlDeclarations.ReadOnly("Let the guest read only"),
            ControlDeclarations.Format("The image's format; raw unless given, but then a file that looks like another format is refused", ChoiceText.Words(DiskText.Formats)),
            ControlDeclarations.Id(),
            ControlDeclarations.Json("Print the disk as an object"),
        ],
        AttachArguments.Read);
}
