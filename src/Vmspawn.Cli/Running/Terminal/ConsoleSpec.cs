using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Running.Terminal;

/// <summary>How the user's terminal and the guest's console are connected.</summary>
/// <param name="Output">Where the guest's output goes: a terminal, file, pipe or anything else; the caller closes it.</param>
internal sealed record ConsoleSpec(SafeHandle Output)
{
    private const string GreenTint = "48;2;8;38;20";

    /// <summary>
    /// The input for the guest, or null for none (<c>--console=read-only</c>). A terminal is set to raw mode;
    /// the end of anything else does not end the VM.
    /// </summary>
    public SafeHandle? Input { get; init; }

    /// <summary>
    /// The background while the VM runs, as the parameters of an SGR sequence (<c>48;2;10;40;20</c>); null or empty is
    /// none. Used only when the output is a terminal.
    /// </summary>
    public string? Background { get; init; }

    /// <summary>Whether a signal that ends a process by default restores the terminal at once; false for a program that handles these signals.</summary>
    public bool RestoreOnSignals { get; init; } = true;

    /// <summary>Receives a failure of the input, with what was done; the output continues.</summary>
    public Action<string, Exception> Failed { get; init; } = static (_, _) => { };

    /// <summary>Receives the failure after which the guest's output is written nowhere.</summary>
    public Action<LinuxException> Lost { get; init; } = static failed =>
    {
        if (Cli.Output.Lose(failed))
            Report.Error($"standard output: it cannot be written: {FailureReason.Of(failed.Errno)}; the guest's console is not shown any more");
    };

    /// <summary>The clock for the second in which Ctrl-] is pressed three times.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The background to use: the requested one, or else a green tint if colours may be used.</summary>
    /// <param name="request">The value of <c>--background=</c>, empty for none; null when it was not given.</param>
    /// <param name="environment">Looks up a variable: <c>$SYSTEMD_COLORS</c>, <c>$NO_COLOR</c> and <c>$TERM</c>.</param>
    public static string? ChooseBackground(string? request, Func<string, string?> environment) =>
        request ?? (ColorRequest.Of(environment) == false ? null : GreenTint);
}
