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
        return "command -v script >/dev/null || { echo 'the guest has no script(1), which makes the terminal' >&2; exit 127; }; "
            + $"export _vmspawn_t; exec $_vmspawn_s script -qec {Quote(inner)} /dev/null";
    }

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || "_-./=:,@%+".Contains(character, StringComparison.Ordinal);
}
