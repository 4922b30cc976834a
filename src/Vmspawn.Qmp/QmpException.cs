namespace Vmspawn.Qmp;

/// <summary>Something went wrong in talking to QEMU. Each way in which it can is a class below this one.</summary>
public abstract class QmpException : Exception
{
    private protected QmpException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

/// <summary>QEMU understood the command and refused or failed it.</summary>
public sealed class QmpCommandException : QmpException
{
    internal QmpCommandException(string command, string errorClass, string description)
        : base($"{command}: QEMU answered: {description}")
    {
        Command = command;
        ErrorClass = errorClass;
        Description = description;
    }

    /// <summary>The command that failed.</summary>
    public string Command { get; }

    /// <summary>QEMU's class: <c>GenericError</c>, <c>CommandNotFound</c>, <c>DeviceNotFound</c>… (qapi/error.json).</summary>
    public string ErrorClass { get; }

    /// <summary>QEMU's own words.</summary>
    public string Description { get; }
}

/// <summary>No answer came in time. The connection goes on; an answer that comes later is dropped.</summary>
public sealed class QmpTimeoutException : QmpException
{
    internal QmpTimeoutException(string awaited, TimeSpan limit, string advice)
        : base($"{awaited}: no answer from QEMU within {limit.TotalSeconds:0.###} s ({advice})")
    {
        Awaited = awaited;
        Limit = limit;
    }

    /// <summary>The command, or <c>greeting</c>.</summary>
    public string Awaited { get; }

    /// <summary>The time that was waited.</summary>
    public TimeSpan Limit { get; }
}

/// <summary>The connection has ended, or could not be made.</summary>
public sealed class QmpDisconnectedException : QmpException
{
    /// <summary>What is awaited of a connection before any command.</summary>
    internal const string Greeting = "greeting";

    internal QmpDisconnectedException(string awaited, QmpEnd end)
        : base($"{awaited}: the QMP connection has ended: {end.Text}", end.Cause) => (Awaited, End) = (awaited, end);

    /// <summary>The command, or <c>greeting</c>.</summary>
    internal string Awaited { get; }

    /// <summary>The reason: the same for every call and every stream of the connection.</summary>
    public QmpEnd End { get; }
}

/// <summary>QEMU's answer does not have the shape that a typed command expects.</summary>
public sealed class QmpReplyException : QmpException
{
    internal QmpReplyException(string command, FormatException cause)
        : base($"{command}: QEMU's answer has an unexpected shape: {cause.Message}", cause) => Command = command;

    /// <summary>The command that was answered.</summary>
    public string Command { get; }
}

/// <summary>A subscriber read its events more slowly than they came; its stream has ended, and no other.</summary>
public sealed class QmpOverflowException : QmpException
{
    internal QmpOverflowException(int capacity, string eventName)
        : base($"events: {capacity} wait unread and {eventName} came: the stream has ended (read faster, or subscribe with a larger capacity)") =>
        Capacity = capacity;

    /// <summary>How many events the stream could hold.</summary>
    public int Capacity { get; }
}
