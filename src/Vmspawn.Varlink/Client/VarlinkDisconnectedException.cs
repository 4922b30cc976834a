namespace Vmspawn.Varlink;

/// <summary>The connection to the service ended, for the first reason that was noticed.</summary>
public sealed class VarlinkDisconnectedException : IOException
{
    internal VarlinkDisconnectedException(string reason, Exception? inner = null)
        : base($"varlink: {reason}", inner)
    {
    }
}
