using Vmspawn.Options;

namespace Vmspawn.Cli;

/// <summary>A parsed command line.</summary>
internal abstract record ParsedCommand;

/// <summary>Start a VM.</summary>
/// <param name="Options">The machine's options.</param>
/// <param name="Mode">What is done with it.</param>
internal sealed record RunCommand(VmOptions Options, RunMode Mode) : ParsedCommand
{
    /// <summary>The name of the image that it boots, or null when the options say what it boots.</summary>
    public string? ImageName { get; init; }
}

/// <summary>Print the plan.</summary>
/// <param name="Options">The machine's options.</param>
/// <param name="Format">How to print it.</param>
/// <param name="IsAboutFreezing">Say whether the machine could be frozen instead.</param>
internal sealed record PlanCommand(VmOptions Options, PlanFormat Format, bool IsAboutFreezing = false) : ParsedCommand
{
    /// <summary>The name of the image that it boots, or null when the options say what it boots.</summary>
    public string? ImageName { get; init; }
}

/// <summary>Start the built-in guest.</summary>
/// <param name="Options">The options; vmspawn sets image and kernel.</param>
internal sealed record DemoCommand(VmOptions Options) : ParsedCommand;

/// <summary>Answer a query about the host's firmware.</summary>
/// <param name="Options">The options that it depends on.</param>
/// <param name="Question">The query.</param>
internal sealed record FirmwareCommand(VmOptions Options, FirmwareQuestion Question) : ParsedCommand;

/// <summary>Print the help, in the width and colours of the terminal.</summary>
internal sealed record ShowHelp : ParsedCommand;

/// <summary>Print a text on standard output.</summary>
/// <param name="Text">The text with its line ends.</param>
internal sealed record ShowText(string Text) : ParsedCommand;

/// <summary>Print shell completions; may query running machines.</summary>
/// <param name="Words">The directive and the line.</param>
internal sealed record Suggest(string[] Words) : ParsedCommand;

/// <summary>Pass a connection to a guest to ssh(1).</summary>
/// <param name="Address">The address in the form of <see cref="SshAccess"/>.</param>
/// <param name="Port">The port there.</param>
/// <param name="Wait">How to wait for the guest, as <see cref="Ssh.SshWait"/> writes it: runtime directory, milliseconds, and whether quietly; or nothing.</param>
internal sealed record ConnectForSsh(string Address, string Port, IReadOnlyList<string> Wait) : ParsedCommand;

/// <summary>Report usage mistakes: exit status 2.</summary>
/// <param name="Problems">All mistakes, in the order of the command line.</param>
internal sealed record Mistakes(IReadOnlyList<Problem> Problems) : ParsedCommand;
