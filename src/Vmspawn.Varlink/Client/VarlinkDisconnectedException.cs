namespace Vmspawn.Varlink;

/// <summary>The connection to the service ended; the message has the first reason.</summary>
public sealed class VarlinkDisconnectedException : IOException
{
    internal VarlinkDisconnectedException(string reason, Exception? inner = null)
        : base($"varlink: {reason}", inner)
    {
    }
}
