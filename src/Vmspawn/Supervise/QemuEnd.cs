using Vmspawn.Linux;

namespace Vmspawn.Supervise;

/// <summary>The exit status and the messages that result from QEMU's exit.</summary>
/// <param name="Status">vmspawn's exit status.</param>
/// <param name="Errors">Lines for standard error; empty on success.</param>
internal sealed record QemuEnd(int Status, IReadOnlyList<string> Errors)
{
    /// <summary>The status is the guest's, not a failure of vmspawn.</summary>
    public bool IsGuests => Status != 0 && Errors.Count == 0;

    public static QemuEnd Failed(params IReadOnlyList<string> errors) => new(1, errors);
}

/// <summary>The input that determines the result.</summary>
/// <param name="Machine">The machine's name.</param>
/// <param name="Exit">How QEMU ended.</param>
/// <param name="Stop">The stop step that was reached.</param>
internal sealed record QemuEndFacts(string Machine, ChildExit Exit, StopLadder Stop)
{
    /// <summary>The number of lines to quote: QEMU's first messages name the cause.</summary>
    private const int MostLines = 20;

    /// <summary>A client requested the end by force.</summary>
    public bool IsClientsRequest { get; init; }

    /// <summary>QEMU has greeted on its monitor.</summary>
    public bool HasGreeted { get; init; } = true;

    /// <summary>The cause of the shutdown that QEMU reported (ShutdownCause of its QAPI), or null.</summary>
    public string? ShutdownCause { get; init; }

    /// <summary>The exit status that the guest reported, or null.</summary>
    public int? GuestStatus { get; init; }

    /// <summary>QEMU's standard error.</summary>
    public string Stderr { get; init; } = "";

    public QemuEnd Decide()
    {
        if (Stop.IsForced && ShutdownCause is not "guest-shutdown")
        {
            // The client's request succeeded if QEMU could still close its disks, or had not begun to run a guest: only then does SIGTERM kill it.
            return IsClientsRequest && (Exit.IsSuccess || Exit.Signal == Signal.SIGTERM)
                ? new QemuEnd(0, [])
                : QemuEnd.Failed($"{Machine}: was stopped by force, its guest did not power off");
        }

        if (!Exit.IsSuccess)
            return OfFailure(Exit.ToString());
        if (!HasGreeted)
            return OfFailure($"{Exit} before it made the machine, as it does when its arguments ask for nothing else (-cpu help, say)");
        return ShutdownCause switch
        {
            "guest-reset" => QemuEnd.Failed($"{Machine}: the guest rebooted instead of powering off, which ends QEMU with -no-reboot"),
            "guest-panic" => QemuEnd.Failed($"{Machine}: the guest's kernel panicked"),
            "host-signal" => QemuEnd.Failed($"{Machine}: another process ended QEMU by a signal, before the guest powered off"),
            _ => new QemuEnd(GuestStatus ?? 0, []),
        };
    }

    private QemuEnd OfFailure(string how)
    {
        var lines = Stderr.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (Exit.Signal == Signal.SIGSYS)
            how += ": its sandbox forbids a system call that it made (--qemu-sandbox=no does without the sandbox)";
        return lines.Length == 0
            ? QemuEnd.Failed($"QEMU: {how}, without a message on standard error")
            : QemuEnd.Failed([$"QEMU: {how}:", .. lines.Take(MostLines).Select(line => $"  {line}")]);
    }
}
