using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// Maps this process's descriptors to numbers in a child. Those with a number that the child uses are
/// first duplicated to higher numbers, so that no dup2 overwrites the source of another.
/// </summary>
internal sealed class DescriptorMap : IDisposable
{
    private readonly Dictionary<int, int> _sources = [];
    private readonly List<SafeFileHandle> _duplicates = [];
    private readonly BorrowedDescriptors _borrowed;

    private DescriptorMap(List<ChildDescriptor> wanted)
    {
        var highest = 2;
        foreach (var one in wanted)
            highest = Math.Max(highest, one.Number);
        Highest = highest;
        _borrowed = new BorrowedDescriptors(wanted.ConvertAll(one => one.Handle));
        try
        {
            for (var i = 0; i < wanted.Count; i++)
                _sources.Add(wanted[i].Number, Lift(_borrowed.Numbers[i]));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The highest number in the child.</summary>
    public int Highest { get; }

    public static DescriptorMap For(ChildSpec spec, ChildDescriptor? status)
    {
        using var nothing = OpenNull();
        List<ChildDescriptor> wanted =
        [
            new(0, spec.StandardInput ?? nothing),
            new(1, spec.StandardOutput ?? Inherited(1, nothing)),
            new(2, spec.StandardError ?? Inherited(2, nothing)),
        ];
        foreach (var one in spec.Descriptors)
        {
            if (one.Number < 3)
                throw new ArgumentException($"Descriptor {one.Number} is one of the standard three.", nameof(spec));
            wanted.Add(one);
        }
        if (status is { } reserved)
            wanted.Add(reserved);
        return new DescriptorMap(wanted);
    }

    /// <summary>Adds the file actions: the child has the mapped numbers and no others.</summary>
    public unsafe void AddTo(byte* fileActions)
    {
        for (var number = 0; number <= Highest; number++)
        {
            if (_sources.TryGetValue(number, out var source))
                Check(Libc.FileActionsAddDuplicate(fileActions, source, number));
            else
                Check(Libc.FileActionsAddClose(fileActions, number));
        }
        Check(Libc.FileActionsAddCloseFrom(fileActions, Highest + 1));
    }

    public void Dispose()
    {
        foreach (var duplicate in _duplicates)
            duplicate.Dispose();
        _borrowed.Dispose();
    }

    private static SafeFileHandle OpenNull()
    {
        var nothing = Libc.Open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        return nothing.IsInvalid ? throw LinuxException.Last("open", "/dev/null") : nothing;
    }

    private static SafeFileHandle Inherited(int number, SafeFileHandle otherwise) =>
        Libc.FileControl(number, Libc.F_GETFD, 0) >= 0 ? new SafeFileHandle(number, ownsHandle: false) : otherwise;

    private static void Check(int error)
    {
        if (error != 0)
            throw new LinuxException("posix_spawn", null, (Errno)error);
    }

    private int Lift(int number)
    {
        if (number > Highest)
            return number;
        var lifted = Libc.FileControl(number, Libc.F_DUPFD_CLOEXEC, Highest + 1);
        if (lifted < 0)
            throw LinuxException.Last("fcntl");
        _duplicates.Add(new SafeFileHandle(lifted, ownsHandle: true));
        return lifted;
    }
}
