using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan.Arguments;
using Vmspawn.Supervise;

namespace Vmspawn.Run;

/// <summary>The messages after QEMU was started.</summary>
internal static class StartMessages
{
    public static void Show(VirtualMachine machine, VmPlanning planning, VmMessages messages)
    {
        var (name, options) = (machine.Name, planning.Options);
        // Keys can only be pressed on a terminal.
        var hasKeys = options.Console == ConsoleMode.Interactive && TerminalMode.IsTerminal(StandardStream.Input);
        messages.Notice(hasKeys ? $"{name}: booting; Ctrl-] three times within a second kills it" : $"{name}: booting");
        if (machine.HasSsh)
            messages.Notice($"{name}: \"vmspawn ssh {name}\" logs in");
        if (ServiceManager.Of(planning.Environment.Variable).IsThere && options.NotifyReady && machine.Plan.Vsock is null)
            messages.Notice($"{name}: without a vsock it is ready when its guest runs \"echo READY=1 >/dev/virtio-ports/{NotifyArguments.PortName}\"; --notify-ready=no does not wait for that");
    }
}
