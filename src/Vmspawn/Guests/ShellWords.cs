using System.Text;

namespace Vmspawn.Guests;

/// <summary>Text for a POSIX shell.</summary>
internal static class ShellWords
{
    /// <summary>
    /// What runs a command: its directory, its variables, its user, its terminal. The server sets <c>_vmspawn_s</c>, which gives it a session of its own,
    /// and <c>_vmspawn_t</c>, the file for its terminal's name.
    /// </summary>
    public static string Of(GuestCommand command)
    {
        var text = new StringBuilder();
        text.Append(command.WorkingDirectory is { } directory ? $"cd {ShellText.Quote(directory)} || exit 126; " : "cd 2>/dev/null || cd /; ");
        foreach (var (name, value) in command.Environment)
            text.Append($"export {name}={ShellText.Quote(value)}; ");
        text.Append($"exec $_vmspawn_s {ShellText.Join([command.Program, .. command.Arguments])}");
        var inner = command.User is { } user ? $"exec $_vmspawn_s su -s /bin/sh -c {ShellText.Quote(text.ToString())} {ShellText.Quote(user)}" : text.ToString();
        if (command.Terminal is not { } terminal)
            return inner;
        inner = $"tty >\"$_vmspawn_t\"; unset _vmspawn_t; stty rows {terminal.Size.Rows} cols {terminal.Size.Columns}; export TERM={ShellText.Quote(terminal.Type)}; {inner}";
        // Debian's newest has script(1) in a package that is not always there; a guest with our unit has systemd-run(1).
        return "export _vmspawn_t; "
            + $"command -v script >/dev/null && exec $_vmspawn_s script -qec {ShellText.Quote(inner)} /dev/null; "
            + $"command -v systemd-run >/dev/null && exec $_vmspawn_s systemd-run --quiet --pty --wait --collect --service-type=exec --setenv=_vmspawn_t=\"$_vmspawn_t\" -- /bin/sh -c {ShellText.Quote(inner)}; "
            + "echo 'the guest has neither script(1) nor systemd-run(1), which make the terminal' >&2; exit 127";
    }
}
