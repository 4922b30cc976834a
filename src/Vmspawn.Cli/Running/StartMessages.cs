using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Cli.Running;

/// <summary>The messages after QEMU was started.</summary>
internal static class StartMessages
{
    public static void Show(VirtualMachine machine, VmOptions options, MessageQueue messages)
    {
        var name = machine.Name;
        // Keys can only be pressed on a terminal.
        var hasKeys = options.Console == ConsoleMode.Interactive && TerminalMode.IsTerminal(StandardStream.Input);
        messages.Notice(hasKeys ? $"{name}: booting; Ctrl-] three times within a second kills it" : $"{name}: booting");
        if (machine.Plan.Ssh is not null)
            messages.Notice($"{name}: \"vmspawn ssh {name}\" logs in");
    }
}
