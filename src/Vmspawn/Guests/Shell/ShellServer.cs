using System.Text;

namespace Vmspawn.Guests.Shell;

/// <summary>The texts that are sent to the guest's shell.</summary>
internal static class ShellServer
{
    /// <summary>The port's name in the guest: <c>/dev/virtio-ports/org.vmspawn.shell</c>.</summary>
    public const string PortName = "org.vmspawn.shell";

    /// <summary>The guest's service runs what follows this, and nothing else: a line of data that an earlier session has left is not run.</summary>
    private const string Mark = "#vmspawn ";

    private static readonly byte[] Program = Encoding.UTF8.GetBytes(Read());

    /// <summary>What the guest's service runs.</summary>
    public static string Service(string port) => $"exec 3<>{port}; {Loop}";

    /// <summary>The same on the standard streams of a shell, whose output the server then writes to another descriptor than that of the port.</summary>
    public static string ServiceOnStreams => $"exec 3<&0 8>&1 </dev/null >/dev/null; vmspawn_out=8; {Loop}";

    private static string Loop => $"""while IFS= read -r l <&3; do case $l in "{Mark}"*) eval "${"{"}l#* {"}"}";; esac; done""";

    /// <summary>Starts a session.</summary>
    /// <param name="session">Its number, which is in its greeting and in each of its calls.</param>
    public static byte[] Start(string session) =>
        [.. Encoding.UTF8.GetBytes($"{Mark}N={session}; eval \"$(dd bs=1 count={Program.Length} 2>/dev/null <&3)\"\n"), .. Program];

    /// <summary>How the guest greets.</summary>
    public static string Greeting(string session) => $"vmspawn {session}";

    /// <summary>Calls a function of the server; a line that an earlier session has left calls nothing.</summary>
    public static byte[] Call(string session, string call) =>
        Encoding.UTF8.GetBytes($"{Mark}[ \"$N\" = {session} ] && {call}\n");

    /// <summary>A command's text in one line, as a word: the server reads lines. Every line feed of it is in single quotes, and the server has one in a variable.</summary>
    public static string Word(string text) => ShellText.Quote(text.Replace("\n", "'\"$nl\"'", StringComparison.Ordinal));

    /// <summary>Sends a chunk of a command's input. In base64, since it may be read by the shell of a later session.</summary>
    public static byte[] Data(string session, int command, ReadOnlySpan<byte> data)
    {
        var text = Convert.ToBase64String(data);
        return [.. Call(session, $"d {command} {text.Length}"), .. Encoding.ASCII.GetBytes(text), (byte)'\n'];
    }

    private static string Read()
    {
        using var stream = typeof(ShellServer).Assembly.GetManifestResourceStream("Vmspawn.Guests.Shell.server.sh")!;
        using var reader = new StreamReader(stream);
        var text = new StringBuilder();
        while (reader.ReadLine() is { } line)
        {
            var code = line.Trim();
            if (code.Length > 0 && code[0] != '#')
                text.Append(code).Append('\n');
        }

        return text.ToString();
    }
}
