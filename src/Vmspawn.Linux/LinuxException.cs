using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>A system call failed. The message reads <c>operation: subject: text (ENAME)</c>.</summary>
public sealed class LinuxException : IOException
{
    /// <summary>Describes a failure.</summary>
    /// <param name="operation">What was tried, in the system call's own name.</param>
    /// <param name="subject">The path or thing that it was tried on, or null where there is none.</param>
    /// <param name="errno">Why it failed.</param>
    public LinuxException(string operation, string? subject, Errno errno)
        : base(Describe(operation, subject, errno))
    {
        Operation = operation;
        Subject = subject;
        Errno = errno;
    }

    /// <summary>What was tried, in the system call's own name.</summary>
    public string Operation { get; }

    /// <summary>The path or thing that it was tried on, or null.</summary>
    public string? Subject { get; }

    /// <summary>Why it failed.</summary>
    public Errno Errno { get; }

    /// <summary>The failure of the call that this thread has just made.</summary>
    internal static LinuxException Last(string operation, string? subject = null) =>
        new(operation, subject, Libc.LastError);

    private static string Describe(string operation, string? subject, Errno errno)
    {
        var text = Marshal.GetPInvokeErrorMessage((int)errno);
        return subject is null ? $"{operation}: {text} ({errno})" : $"{operation}: {subject}: {text} ({errno})";
    }
}
