using Vmspawn.Trees;

namespace Vmspawn.Tests.Trees;

public class TreeLockTests
{
    [Fact]
    public void Many_read_a_tree_or_one_writes_to_it()
    {
        using var tree = new TemporaryDirectory();
        using (TreeLock.Take(tree.Path, isShared: true))
        {
            using var another = TreeLock.Take(tree.Path, isShared: true);
            Assert.Contains("another VM runs from it", Assert.Throws<LaunchException>(() => TreeLock.Take(tree.Path, isShared: false)).Message, StringComparison.Ordinal);
        }

        using var writer = TreeLock.Take(tree.Path, isShared: false);
        Assert.Throws<LaunchException>(() => TreeLock.Take(tree.Path, isShared: true));
    }
}
