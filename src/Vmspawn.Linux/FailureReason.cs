using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// The reason of a failure as the text of its errno ("permission denied"), for a message that has already named the subject.
/// .NET's messages name types and repeat paths, so they are not shown to users.
/// </summary>
public static class FailureReason
{
    private const int LargestErrno = 4095;

    /// <summary>The reason of an exception.</summary>
    /// <returns>For a <see cref="LinuxException"/> its message, which also names the call and the file; for .NET's exception of a system
    /// call, the text of its error number; for anything else the exception's message.</returns>
    public static string Of(Exception error)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (error is LinuxException)
            return error.Message;
        return ErrnoOf(error) is { } errno ? Of(errno) : error switch
        {
            EndOfStreamException => "it ends too early",
            _ => error.Message,
        };
    }

    /// <summary>The text of strerror(3) for an error number, starting with a lower-case letter.</summary>
    public static string Of(Errno errno)
    {
        var text = Marshal.GetPInvokeErrorMessage((int)errno);
        var isWord = text.Length > 1 && char.IsLower(text[1]);
        return isWord ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    /// <summary>The error number of the system call that caused an exception, or null for other causes.</summary>
    public static Errno? ErrnoOf(Exception error) => error switch
    {
        LinuxException linux => linux.Errno,
        FileNotFoundException or DirectoryNotFoundException or DriveNotFoundException => Errno.ENOENT,
        PathTooLongException => Errno.ENAMETOOLONG,
        // .NET has the number in the inner exception: EACCES, EPERM, EBADF, EROFS.
        UnauthorizedAccessException => error.InnerException is IOException cause ? ErrnoOf(cause) ?? Errno.EACCES : Errno.EACCES,
        SocketException socket => Number(socket.NativeErrorCode),
        IOException { InnerException: SocketException socket } => Number(socket.NativeErrorCode),
        IOException => Number(error.HResult),
        OutOfMemoryException => Errno.ENOMEM,
        _ => null,
    };

    private static Errno? Number(int value) => value is > 0 and <= LargestErrno ? (Errno)value : null;
}
