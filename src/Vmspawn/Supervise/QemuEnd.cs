using Vmspawn.Linux;

namespace Vmspawn.Supervise;

/// <summary>What the end of QEMU means for us: an exit status, and what to say about it.</summary>
/// <param name="Status">Our exit status.</param>
/// <param name="Errors">Lines for standard error; empty when all went well.</param>
internal sealed record QemuEnd(int Status, IReadOnlyList<string> Errors)
{
    /// <summary>The status is the guest's own word, and no failure of ours.</summary>
    public bool IsGuests => Status != 0 && Errors.Count == 0;

    /// <summary>More of what QEMU said is noise: its first complaints name the cause.</summary>
    private const int MostLines = 20;

    /// <summary>A helper's end is the reason, whatever QEMU did next.</summary>
    public static QemuEnd OfHelper(HelperEnd end) =>
        new(1, [$"{end.Helper.Plan.Subject}: {end.Exit}, so the VM was ended{end.Helper.Words}"]);

    /// <param name="exit">How the process ended.</param>
    /// <param name="stop">How far we had gone in stopping it.</param>
    /// <param name="machine">The machine's name.</param>
    /// <param name="stderr">What QEMU said on standard error.</param>
    /// <param name="guest">The exit status that the guest reported, or null.</param>
    public static QemuEnd Of(ChildExit exit, StopLadder stop, string machine, string stderr, int? guest)
    {
        if (stop.IsForced)
            return new QemuEnd(1, [$"{machine}: was stopped by force, its guest did not power off"]);
        if (exit.IsSuccess)
            return new QemuEnd(guest ?? 0, []);

        var lines = stderr.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (exit.Signal == Signal.SIGSYS)
            return new QemuEnd(1, [$"QEMU: {exit}: its sandbox forbids a system call that it made (--qemu-sandbox=no does without the sandbox)", .. lines.Take(MostLines).Select(line => $"  {line}")]);
        if (lines.Length == 0)
            return new QemuEnd(1, [$"QEMU: {exit}, without a word on standard error"]);
        return new QemuEnd(1, [$"QEMU: {exit}:", .. lines.Take(MostLines).Select(line => $"  {line}")]);
    }
}
