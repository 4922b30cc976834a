using Vmspawn.Trees;

namespace Vmspawn.Tests.Trees;

public class TreeLockTests
{
    [Fact]
    public async Task Many_read_a_tree_or_one_writes_to_it()
    {
        using var tree = new TemporaryDirectory();
        using (await TreeLock.TakeAsync(tree.Path, isShared: true, default))
        {
            using var another = await TreeLock.TakeAsync(tree.Path, isShared: true, default);
            Assert.Contains("another VM runs from it", (await Assert.ThrowsAsync<LaunchException>(() => TreeLock.TakeAsync(tree.Path, isShared: false, default))).Message, StringComparison.Ordinal);
        }

        using var writer = await TreeLock.TakeAsync(tree.Path, isShared: false, default);
        await Assert.ThrowsAsync<LaunchException>(() => TreeLock.TakeAsync(tree.Path, isShared: true, default));
    }
}
