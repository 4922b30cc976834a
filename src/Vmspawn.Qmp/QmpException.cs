namespace Vmspawn.Qmp;

/// <summary>The base class of failures in the communication with QEMU.</summary>
public abstract class QmpException : Exception
{
    private protected QmpException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}

/// <summary>QEMU returned an error for the command.</summary>
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

    /// <summary>QEMU's error message.</summary>
    public string Description { get; }
}

/// <summary>No answer arrived in time. The connection stays usable; a later answer is dropped.</summary>
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

    /// <summary>The time limit.</summary>
    public TimeSpan Limit { get; }
}

/// <summary>The connection has ended or could not be established.</summary>
public sealed class QmpDisconnectedException : QmpException
{
    /// <summary>The value of <see cref="Awaited"/> before any command.</summary>
    public const string Greeting = "greeting";

    internal QmpDisconnectedException(string awaited, QmpEnd end)
        : base($"{awaited}: the QMP connection has ended: {end.Text}", end.Cause) => (Awaited, End) = (awaited, end);

    /// <summary>The command, or <see cref="Greeting"/>.</summary>
    public string Awaited { get; }

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

/// <summary>A subscriber read its events too slowly; only its stream has ended.</summary>
public sealed class QmpOverflowException : QmpException
{
    internal QmpOverflowException(int capacity, string eventName)
        : base($"events: {capacity} wait unread and {eventName} came: the stream has ended (read faster, or subscribe with a larger capacity)") =>
        Capacity = capacity;

    /// <summary>The capacity of the stream.</summary>
    public int Capacity { get; }
}
