using System.Text;

namespace Vmspawn.Guests;

/// <summary>Text for a POSIX shell.</summary>
internal static class ShellWords
{
    /// <summary>A word that the shell takes as it is.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(IsPlain) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>The words of a command in one line.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>
    /// What runs a command: its directory, its variables, its user, its terminal. The server sets <c>_vmspawn_s</c>, which gives it a session of its own,
    /// and <c>_vmspawn_t</c>, the file for its terminal's name.
    /// </summary>
    public static string Of(GuestCommand command)
    {
        var text = new StringBuilder();
        text.Append(command.WorkingDirectory is { } directory ? $"cd {Quote(directory)} || exit 126; " : "cd 2>/dev/null || cd /; ");
        foreach (var (name, value) in command.Environment)
            text.Append($"export {name}={Quote(value)}; ");
        text.Append($"exec $_vmspawn_s {Join([command.Program, .. command.Arguments])}");
        var inner = command.User is { } user ? $"exec $_vmspawn_s su -s /bin/sh -c {Quote(text.ToString())} {Quote(user)}" : text.ToString();
        if (command.Terminal is not { } terminal)
            return inner;
        inner = $"tty >\"$_vmspawn_t\"; unset _vmspawn_t; stty rows {terminal.Size.Rows} cols {terminal.Size.Columns}; export TERM={Quote(terminal.Type)}; {inner}";
        // Debian's newest has script(1) in a package that is not always there; a guest with our unit has systemd-run(1).
        return "export _vmspawn_t; "
            + $"command -v script >/dev/null && exec $_vmspawn_s script -qec {Quote(inner)} /dev/null; "
            + $"command -v systemd-run >/dev/null && exec $_vmspawn_s systemd-run --quiet --pty --wait --collect --service-type=exec --setenv=_vmspawn_t=\"$_vmspawn_t\" -- /bin/sh -c {Quote(inner)}; "
            + "echo 'the guest has neither script(1) nor systemd-run(1), which make the terminal' >&2; exit 127";
    }

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || "_-./=:,@%+".Contains(character, StringComparison.Ordinal);
}
