using System.Text.Json;

namespace Vmspawn.Varlink;

/// <summary>An error of an interface: a handler throws it to answer with it, a client gets it as the answer.</summary>
public sealed class VarlinkErrorException : Exception
{
    /// <summary>An error with parameters to be written.</summary>
    /// <param name="name">Full name, such as <c>org.example.ftl.NotEnoughEnergy</c>.</param>
    /// <param name="parameters">Writes the properties of its parameters, or null for none.</param>
    public VarlinkErrorException(string name, Action<Utf8JsonWriter>? parameters = null)
        : this(name, Varlink.Parameters.Build(parameters))
    {
    }

    internal VarlinkErrorException(string name, JsonElement parameters)
        : base($"{name} {parameters.GetRawText()}")
    {
        Name = name;
        Parameters = parameters;
    }

    /// <summary>Full name of the error.</summary>
    public string Name { get; }

    /// <summary>Its parameters, an object.</summary>
    public JsonElement Parameters { get; }
}

/// <summary>The connection to the service ended; the message has the first reason.</summary>
public sealed class VarlinkDisconnectedException : IOException
{
    internal VarlinkDisconnectedException(string reason, Exception? inner = null)
        : base($"varlink: {reason}", inner)
    {
    }
}

/// <summary>The peer violated the protocol or a limit; the connection cannot be used any more.</summary>
public sealed class VarlinkProtocolException : IOException
{
    internal VarlinkProtocolException(string problem, Exception? inner = null)
        : base($"varlink: {problem}", inner)
    {
    }
}
