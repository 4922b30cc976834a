using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// Why something failed, in the kernel's words ("permission denied"), for a sentence that has already named the file or the thing.
/// .NET's own messages name types and repeat paths, and never reach a user.
/// </summary>
public static class FailureReason
{
    private const int LargestErrno = 4095;

    /// <summary>The reason of an exception.</summary>
    /// <returns>For a <see cref="LinuxException"/> its message, which names the call and the file too; for what .NET reports of a system
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

    /// <summary>The text of an error number as strerror(3) says it, without the capital at its beginning.</summary>
    public static string Of(Errno errno)
    {
        var text = Marshal.GetPInvokeErrorMessage((int)errno);
        var isWord = text.Length > 1 && char.IsLower(text[1]);
        return isWord ? char.ToLowerInvariant(text[0]) + text[1..] : text;
    }

    /// <summary>The error number behind an exception, or null when no system call's failure is behind it.</summary>
    public static Errno? ErrnoOf(Exception error) => error switch
    {
        LinuxException linux => linux.Errno,
        FileNotFoundException or DirectoryNotFoundException or DriveNotFoundException => Errno.ENOENT,
        PathTooLongException => Errno.ENAMETOOLONG,
        // .NET keeps the number one level down: EACCES, EPERM, EBADF, EROFS.
        UnauthorizedAccessException => error.InnerException is IOException cause ? ErrnoOf(cause) ?? Errno.EACCES : Errno.EACCES,
        IOException => Number(error.HResult),
        OutOfMemoryException => Errno.ENOMEM,
        _ => null,
    };

    private static Errno? Number(int value) => value is > 0 and <= LargestErrno ? (Errno)value : null;
}
