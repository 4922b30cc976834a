namespace Vmspawn.Varlink;

/// <summary>The peer broke the protocol or a limit, so that the connection is of no more use.</summary>
public sealed class VarlinkProtocolException : IOException
{
    internal VarlinkProtocolException(string problem, Exception? inner = null)
        : base($"varlink: {problem}", inner)
    {
    }
}
