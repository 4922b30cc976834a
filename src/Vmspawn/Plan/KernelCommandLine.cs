using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>The kernel command line: the console's arguments, then the user's.</summary>
internal static class KernelCommandLine
{
    /// <summary>The window of a guest that fails early stays long enough to be read; for a VM systemd's default is not to wait (systemd-system.conf(5)).</summary>
    private const string MinimumUptime = "systemd.minimum_uptime_sec=15";

    public static string For(MachineSpec spec)
    {
        var words = ConsoleWords(spec)
            .Concat(RootWords(spec))
            .Concat(CredentialPlacement.For(spec).By(CredentialTransport.KernelCommandLine).Select(CredentialPlacement.KernelWord))
            .Concat(spec.KernelArguments);
        // A CD cannot be mounted for writing, even if the image's command line contains "rw".
        if (spec.Drives is [{ IsRoot: true, Type: DiskType.ScsiCd }, ..])
            words = words.Select(word => word == "rw" ? "ro" : word);
        return string.Join(' ', words);
    }

    private static IEnumerable<string> RootWords(MachineSpec spec)
    {
        if (spec.Shares is not [{ IsRoot: true } root, ..])
            yield break;
        yield return $"root={root.Tag}";
        yield return $"rootfstype={root.Server.FileSystem}";
        if (root.Server.MountOptions is { Length: > 0 } options)
            yield return $"rootflags={options.TrimEnd(',')}";
        yield return "rw";
    }

    private static IEnumerable<string> ConsoleWords(MachineSpec spec)
    {
        if (spec.Console == ConsoleMode.Gui)
            yield return MinimumUptime;
        if (spec.Console is ConsoleMode.Headless or ConsoleMode.Gui)
            yield break;
        var device = spec.ConsoleTransport == ConsoleTransport.Virtio ? "hvc0" : spec.Platform.SerialConsole;
        if (spec.Term is not null)
        {
            yield return $"TERM={spec.Term}";
            yield return $"systemd.tty.term.{device}={spec.Term}";
        }

        // QEMU does not report the console's size to the guest; systemd reads it here (systemd(1), "Kernel Command Line").
        if (spec.TerminalSize is { Rows: > 0, Columns: > 0 } size)
        {
            yield return $"systemd.tty.rows.{device}={size.Rows}";
            yield return $"systemd.tty.columns.{device}={size.Columns}";
        }

        yield return $"console={device}";
    }
}
