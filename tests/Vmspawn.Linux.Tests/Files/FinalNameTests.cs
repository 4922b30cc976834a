namespace Vmspawn.Linux.Tests.Files;

public class FinalNameTests
{
    [Fact]
    public async Task When_many_files_get_one_name_at_once_one_succeeds_and_none_is_overwritten()
    {
        using var directory = new TemporaryDirectory();
        for (var round = 0; round < 200; round++)
        {
            var name = Path.Combine(directory.Path, $"name-{round}");
            var drafts = Enumerable.Range(0, 4).Select(i => Path.Combine(directory.Path, $"draft-{round}-{i}")).ToArray();
            foreach (var draft in drafts)
                await File.WriteAllTextAsync(draft, draft, TestContext.Current.CancellationToken);
            var given = await Task.WhenAll(drafts.Select(draft => Task.Run(() => FinalName.TryGive(draft, name))));
            var winner = Assert.Single(drafts.Where((_, i) => given[i]));
            Assert.Equal(winner, await File.ReadAllTextAsync(name, TestContext.Current.CancellationToken));
            Assert.All(drafts, draft => Assert.Equal(draft != winner, File.Exists(draft)));
        }
    }

    [Fact]
    public void A_directory_that_is_not_there_is_an_error()
    {
        using var directory = new TemporaryDirectory();
        var draft = Path.Combine(directory.Path, "draft");
        File.WriteAllText(draft, "");
        var error = Assert.Throws<LinuxException>(() => FinalName.TryGive(draft, Path.Combine(directory.Path, "missing", "name")));
        Assert.Equal(Errno.ENOENT, error.Errno);
    }
}
