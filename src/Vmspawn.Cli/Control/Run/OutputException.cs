using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Nothing more can be printed.</summary>
internal sealed class OutputException(LinuxException cause) : Exception(FailureReason.Of(cause.Errno), cause)
{
    /// <summary>Whether that is only because the reader has all it wanted, as <c>head</c> does.</summary>
    public bool IsReaderGone { get; } = cause.Errno == Errno.EPIPE;
}
