namespace Vmspawn.Linux.Tests;

public sealed class IoUringTests
{
    // Whether the kernel grants queues is the host's matter; more entries than there can be are never granted.
    [Fact]
    public void An_impossible_queue_is_refused_and_asking_leaves_no_descriptor()
    {
        var before = Directory.GetFiles("/proc/self/fd").Length;
        Assert.False(IoUring.IsPermitted(uint.MaxValue));
        for (var i = 0; i < 500; i++)
            _ = IoUring.IsPermitted(8);
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, before + 250);
    }
}
