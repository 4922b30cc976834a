using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>A system call failed. The message reads <c>operation: subject: text (ENAME)</c>.</summary>
public sealed class LinuxException : IOException
{
    /// <summary>Creates a failure.</summary>
    /// <param name="operation">The system call's name.</param>
    /// <param name="subject">The path or object of the call, or null.</param>
    /// <param name="errno">The error number.</param>
    public LinuxException(string operation, string? subject, Errno errno)
        : base(Describe(operation, subject, errno))
    {
        Operation = operation;
        Subject = subject;
        Errno = errno;
    }

    /// <summary>The system call's name.</summary>
    public string Operation { get; }

    /// <summary>The path or object of the call, or null.</summary>
    public string? Subject { get; }

    /// <summary>The error number.</summary>
    public Errno Errno { get; }

    /// <summary>The failure of the last call on this thread.</summary>
    internal static LinuxException Last(string operation, string? subject = null) =>
        new(operation, subject, Libc.LastError);

    private static string Describe(string operation, string? subject, Errno errno)
    {
        var text = Marshal.GetPInvokeErrorMessage((int)errno);
        return subject is null ? $"{operation}: {text} ({errno})" : $"{operation}: {subject}: {text} ({errno})";
    }
}
