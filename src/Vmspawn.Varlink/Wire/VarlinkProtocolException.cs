namespace Vmspawn.Varlink;

/// <summary>The peer violated the protocol or a limit; the connection cannot be used any more.</summary>
public sealed class VarlinkProtocolException : IOException
{
    internal VarlinkProtocolException(string problem, Exception? inner = null)
        : base($"varlink: {problem}", inner)
    {
    }
}
