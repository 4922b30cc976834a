using Vmspawn.Linux;

namespace Vmspawn.Cli.Control.Run;

/// <summary>Writing to standard output failed.</summary>
internal sealed class OutputException(LinuxException cause) : Exception(FailureReason.Of(cause.Errno), cause)
{
    /// <summary>Whether the reader has closed the pipe, as <c>head</c> does, which is not an error.</summary>
    public bool IsReaderGone { get; } = cause.Errno == Errno.EPIPE;
}
