using Vmspawn.Launch;
using Vmspawn.Plan;

namespace Vmspawn.Tests.Launch;

public class TreeLockTests
{
    [Fact]
    public void Many_read_a_tree_or_one_writes_to_it()
    {
        using var tree = new TemporaryDirectory();
        using (TreeLock.Take(new LockedTree(tree.Path, IsShared: true)))
        {
            using var another = TreeLock.Take(new LockedTree(tree.Path, IsShared: true));
            Assert.Contains("another VM runs from it", Assert.Throws<LaunchException>(() => TreeLock.Take(new LockedTree(tree.Path, IsShared: false))).Message, StringComparison.Ordinal);
        }

        using var writer = TreeLock.Take(new LockedTree(tree.Path, IsShared: false));
        Assert.Throws<LaunchException>(() => TreeLock.Take(new LockedTree(tree.Path, IsShared: true)));
    }
}
