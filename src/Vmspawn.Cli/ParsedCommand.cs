using Vmspawn.Options;

namespace Vmspawn.Cli;

/// <summary>What a command line asks for.</summary>
internal abstract record ParsedCommand;

/// <summary>Start a VM and return its exit status.</summary>
/// <param name="Options">What it is to be.</param>
internal sealed record RunCommand(VmOptions Options) : ParsedCommand;

/// <summary>Print what would be started.</summary>
/// <param name="Options">What it is to be.</param>
/// <param name="Format">How to print it.</param>
internal sealed record PlanCommand(VmOptions Options, PlanFormat Format) : ParsedCommand;

/// <summary>Start the built-in guest.</summary>
/// <param name="Options">How; its image and kernel are ours to fill in.</param>
internal sealed record DemoCommand(VmOptions Options) : ParsedCommand;

/// <summary>Answer a question about this host's firmware.</summary>
/// <param name="Options">What it depends on.</param>
/// <param name="Question">What is asked.</param>
internal sealed record FirmwareCommand(VmOptions Options, FirmwareQuestion Question) : ParsedCommand;

/// <summary>Print the help, in the width and colours of the terminal.</summary>
internal sealed record ShowHelp : ParsedCommand;

/// <summary>Print a text on standard output and be done.</summary>
/// <param name="Text">The text with its line ends.</param>
internal sealed record ShowText(string Text) : ParsedCommand;

/// <summary>Print the words that fit a line for a shell; running machines may have to be asked.</summary>
/// <param name="Words">The directive and the line.</param>
internal sealed record Suggest(string[] Words) : ParsedCommand;

/// <summary>Hand ssh(1) a connection to a guest.</summary>
/// <param name="Address">As <see cref="Ssh.SshAccess"/> has it.</param>
/// <param name="Port">The port there.</param>
internal sealed record ConnectForSsh(string Address, string Port) : ParsedCommand;

/// <summary>Nothing can be done: exit status 2.</summary>
/// <param name="Problems">All that is wrong, in the order of the command line.</param>
internal sealed record Mistakes(IReadOnlyList<Problem> Problems) : ParsedCommand;
