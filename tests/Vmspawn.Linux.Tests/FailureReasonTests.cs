namespace Vmspawn.Linux;

public class FailureReasonTests
{
    [Fact]
    public void A_missing_file_is_reported_with_the_kernels_text()
    {
        Assert.Equal("no such file or directory", Reason(() => File.ReadAllBytes("/nonexistent/file")));
        Assert.Equal("no such file or directory", Reason(() => File.ReadAllBytes("/etc/nonexistent")));
    }

    [Fact]
    public void A_refused_file_is_reported_with_the_error_number_that_dotnet_omits()
    {
        // Writing to a directory is EISDIR or EACCES for the kernel and "access denied" for .NET.
        var reason = Reason(() => File.WriteAllText("/proc/1/root-is-no-file/..", "x"));
        Assert.DoesNotContain("path", reason);
        Assert.Equal("operation not permitted", FailureReason.Of(new UnauthorizedAccessException("denied", new IOException("x", (int)Errno.EPERM))));
        Assert.Equal("permission denied", FailureReason.Of(new UnauthorizedAccessException("denied")));
    }

    [Fact]
    public void A_full_disk_is_recognised_by_its_error_number()
    {
        Assert.Equal("no space left on device", Reason(() => File.WriteAllText("/dev/full", "x")));
        Assert.Equal(Errno.ENOSPC, FailureReason.ErrnoOf(new IOException("The disk is full.", (int)Errno.ENOSPC)));
    }

    [Fact]
    public void Given_messages_are_kept()
    {
        Assert.Equal("the header is wrong", FailureReason.Of(new InvalidDataException("the header is wrong")));
        Assert.Equal("open: /x: Permission denied (EACCES)", FailureReason.Of(new LinuxException("open", "/x", Errno.EACCES)));
        Assert.Equal("cannot allocate memory", FailureReason.Of(new InsufficientMemoryException()));
    }

    [Fact]
    public void The_first_letter_is_small()
    {
        Assert.Equal("input/output error", FailureReason.Of(Errno.EIO));
    }

    private static string Reason(Action action) => FailureReason.Of(Assert.ThrowsAny<Exception>(action));
}
