namespace Vmspawn.Linux;

/// <summary>A call over D-Bus failed, or the bus did.</summary>
public sealed class BusException : IOException
{
    /// <summary>Creates a failure.</summary>
    /// <param name="name">D-Bus' name of the error, such as <c>org.freedesktop.DBus.Error.ServiceUnknown</c>, or of the step that failed.</param>
    /// <param name="text">The error's message.</param>
    public BusException(string name, string text)
        : base(text.Length == 0 ? name : text) => Name = name;

    /// <summary>D-Bus' name of the error, or the step that failed.</summary>
    public string Name { get; }
}
