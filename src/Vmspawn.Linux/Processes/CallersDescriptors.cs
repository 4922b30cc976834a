using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// The open files that the program which started this process has left to it, besides the standard streams: a shell's <c>&lt;(…)</c>, a lock, a pipe. They are those
/// without close-on-exec.
/// </summary>
public sealed class CallersDescriptors
{
    private readonly List<int> _numbers = [];

    /// <summary>Looks for them, which must be done before this process opens files of its own.</summary>
    public CallersDescriptors()
    {
        foreach (var path in Directory.EnumerateFiles("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 2
                && Libc.FileControl(number, Libc.F_GETFD, 0) is >= 0 and var flags && (flags & Libc.FD_CLOEXEC) == 0)
                _numbers.Add(number);
        }
    }

    /// <summary>The lowest number that none of them has.</summary>
    public int FirstFree => _numbers.Count == 0 ? 3 : _numbers.Max() + 1;

    /// <summary>All of them under their numbers, for a child.</summary>
    public IEnumerable<ChildDescriptor> ToPass => _numbers.Select(number => new ChildDescriptor(number, new SafeFileHandle(number, ownsHandle: false)));

    /// <summary>Takes one out, close-on-exec from then on; the caller owns it.</summary>
    /// <param name="number">Its number.</param>
    /// <exception cref="LinuxException">There is none.</exception>
    public SafeFileHandle Take(int number)
    {
        if (!_numbers.Remove(number) || Libc.FileControl(number, Libc.F_SETFD, Libc.FD_CLOEXEC) < 0)
            throw new LinuxException("fcntl", $"descriptor {number}", Errno.EBADF);
        return new SafeFileHandle(number, ownsHandle: true);
    }

    /// <summary>Closes the others, and makes the standard streams <c>/dev/null</c>: nothing of the caller is held any longer.</summary>
    /// <exception cref="LinuxException">/dev/null cannot be opened.</exception>
    public void Release()
    {
        foreach (var number in _numbers)
            new SafeFileHandle(number, ownsHandle: true).Dispose();
        _numbers.Clear();
        using var nothing = OpenFile.Open("/dev/null", writable: true);
        for (var number = 0; number <= 2; number++)
        {
            if (Libc.DuplicateTo(nothing, number) < 0)
                throw LinuxException.Last("dup2", "/dev/null");
        }
    }
}
