using Vmspawn.Linux;

namespace Vmspawn;

/// <summary>A command for a guest. It runs as root unless <see cref="User"/> says otherwise.</summary>
/// <param name="Program">A path, or a name that is looked up in the guest's <c>PATH</c>.</param>
/// <param name="Arguments">Its arguments; each arrives in the guest as it is.</param>
public sealed record GuestCommand(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>A line for the guest's <c>/bin/sh -c</c>.</summary>
    /// <param name="line">The line.</param>
    public static GuestCommand Shell(string line) => new("/bin/sh", "-c", line);

    /// <summary>Environment variables to set. A name has letters, digits and underscores, and does not begin with a digit.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The working directory, an absolute path; null is the user's home directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The name of the user that it runs as; null is root.</summary>
    public string? User { get; init; }

    /// <summary>All of its standard input, for <see cref="Guest.RunAsync(GuestCommand, CancellationToken)"/>.</summary>
    public ReadOnlyMemory<byte> Input { get; init; }

    /// <summary>The terminal that it runs in, or null for none. With a terminal there is one output for both streams.</summary>
    public GuestTerminal? Terminal { get; init; }

    /// <summary>The time limit of <see cref="Guest.RunAsync(GuestCommand, CancellationToken)"/>, after which it is killed; null is a minute, times <see cref="VmStartOptions.EmulationFactor"/> without KVM.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Its output is large, and nobody waits for a part of it: it is sent in larger pieces.</summary>
    internal bool IsBulk { get; init; }

    /// <summary>The command as one would type it.</summary>
    public override string ToString() => ShellText.Join([Program, .. Arguments]);

    /// <exception cref="ArgumentException">A part cannot be passed to a program.</exception>
    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Program);
        foreach (var text in Arguments.Concat(Environment.Values).Append(Program).Append(WorkingDirectory ?? "").Append(User ?? ""))
        {
            if (text.Contains('\0', StringComparison.Ordinal))
                throw new ArgumentException("no part of a command can have a NUL character");
        }

        if (Environment.Keys.FirstOrDefault(name => !IsVariableName(name)) is { } wrong)
            throw new ArgumentException($"\"{wrong}\" is not the name of an environment variable: letters, digits and underscores, no digit first");
        if (User is { } user && (user.Length == 0 || user[0] == '-'))
            throw new ArgumentException($"\"{user}\" is not the name of a user");
        if (WorkingDirectory is { } directory && !directory.StartsWith('/'))
            throw new ArgumentException($"the working directory \"{directory}\" is not an absolute path");
    }

    private static bool IsVariableName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');
}

/// <summary>A terminal for a command.</summary>
/// <param name="Size">Its size.</param>
/// <param name="Type">Its type, the value of <c>TERM</c>: <c>xterm-256color</c>.</param>
public sealed record GuestTerminal(WindowSize Size, string Type);

/// <summary>What a command has done.</summary>
/// <param name="Status">Its exit status; 128 and a signal's number when a signal ended it.</param>
/// <param name="Output">Its standard output, decoded as UTF-8.</param>
/// <param name="Error">Its standard error, decoded as UTF-8.</param>
/// <param name="Elapsed">How long it took, with the way there and back.</param>
public sealed record GuestResult(int Status, string Output, string Error, TimeSpan Elapsed)
{
    /// <summary>Its exit status is 0.</summary>
    public bool IsSuccess => Status == 0;
}

/// <summary>A command that runs in a guest. Dispose it: a command that still runs is killed then.</summary>
public abstract class GuestProcess : IAsyncDisposable
{
    private protected GuestProcess()
    {
    }

    /// <summary>Its standard input. Dispose the stream to end the input.</summary>
    public abstract Stream Input { get; }

    /// <summary>Its standard output. A command whose output is not read stops when about 256 KiB are unread.</summary>
    public abstract Stream Output { get; }

    /// <summary>Its standard error, with the same limit.</summary>
    public abstract Stream Error { get; }

    /// <summary>
    /// Completes with its exit status, which is 128 and a signal's number when a signal ended it. Fails with <see cref="GuestChannelException"/> when the connection to the guest is lost.
    /// </summary>
    public abstract Task<int> Exited { get; }

    /// <summary>Sends a signal to it and to the processes of its process group.</summary>
    /// <param name="signal">The signal.</param>
    /// <exception cref="NotSupportedException">The channel cannot do that.</exception>
    public abstract void Send(Signal signal);

    /// <summary>Changes the size of its terminal; nothing happens without one.</summary>
    /// <param name="size">The new size.</param>
    public abstract void Resize(WindowSize size);

    /// <summary>Kills it if it still runs. What it has started and left behind goes on.</summary>
    public abstract ValueTask DisposeAsync();
}

/// <summary>No command can be run in the guest, or the connection to it was lost while one ran.</summary>
public sealed class GuestChannelException : VmException
{
    internal GuestChannelException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

/// <summary>A command in the guest failed.</summary>
public sealed class GuestCommandException : VmException
{
    internal GuestCommandException(GuestCommand command, GuestResult result)
        : base($"in the guest, {command} ended with status {result.Status}{Words(result)}") => (Command, Result) = (command, result);

    /// <summary>The command.</summary>
    public GuestCommand Command { get; }

    /// <summary>What it did.</summary>
    public GuestResult Result { get; }

    private static string Words(GuestResult result)
    {
        var words = (result.Error.Length > 0 ? result.Error : result.Output).Trim();
        return words.Length == 0 ? "" : $": {words}";
    }
}
