using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Tests.Host;

public sealed class DraftTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_draft_is_accessible_to_its_owner_only_and_is_removed_unless_it_gets_its_name()
    {
        using (var draft = Draft.CreateFile(_directory.Path))
        {
            Assert.Equal(PrivateFiles.FileMode, File.GetUnixFileMode(draft.Path));
            RandomAccess.Write(draft.Handle, "x"u8, 0);
        }

        Assert.Empty(Names());
        using (var draft = Draft.CreateFile(_directory.Path))
            Assert.True(draft.TryGiveName(_directory["final"]));
        using (var draft = Draft.CreateFile(_directory.Path))
            Assert.False(draft.TryGiveName(_directory["final"]));
        Assert.Equal(["final"], Names());
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_by_the_next_draft_and_what_is_held_stays()
    {
        File.WriteAllText(_directory[".vmspawn-draft-0123456789abcdef"], "a private key");
        Directory.CreateDirectory(_directory[".vmspawn-draft-00000000000000ff/sub"]);
        File.WriteAllText(_directory[".vmspawn-draft-00000000000000ff/sub/key"], "");
        File.WriteAllText(_directory["other"], "");
        using var held = Draft.CreateDirectory(_directory.Path);
        Assert.Equal([Path.GetFileName(held.Path), "other"], Names());
        using (Draft.CreateFile(_directory.Path))
            Assert.Contains(Path.GetFileName(held.Path), Names());
        Assert.Equal([Path.GetFileName(held.Path), "other"], Names());
    }

    [Fact]
    public void A_link_that_is_called_like_a_draft_takes_nothing_along()
    {
        Directory.CreateDirectory(_directory["precious"]);
        File.CreateSymbolicLink(_directory[".vmspawn-draft-0123456789abcdef"], _directory["precious"]);
        Draft.CreateFile(_directory.Path).Dispose();
        Assert.True(Directory.Exists(_directory["precious"]));
    }

    [Fact]
    public async Task Concurrent_makers_of_drafts_never_remove_each_others()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                using var draft = Draft.CreateDirectory(_directory.Path);
                File.WriteAllText(Path.Combine(draft.Path, "file"), "");
            }
        })));
        Assert.Empty(Names());
    }

    [Fact]
    public void A_directory_is_taken_away_by_one_and_not_while_another_holds_it()
    {
        Directory.CreateDirectory(_directory["d"]);
        using (var other = OpenFile.Open(_directory["d"], writable: false))
        {
            Assert.True(FileLock.TryLockExclusive(other));
            Assert.Null(Draft.TryTakeAway(_directory["d"]));
        }

        using (Draft.TryTakeAway(_directory["d"]))
            Assert.Null(Draft.TryTakeAway(_directory["d"]));
        Assert.Empty(Names());
    }

    [Fact]
    public void A_draft_that_cannot_be_removed_does_not_replace_the_reason()
    {
        Assert.Equal("the reason", Assert.Throws<InvalidDataException>(FailWithAnUnwritableParent).Message);
    }

    private void FailWithAnUnwritableParent()
    {
        var parent = Directory.CreateDirectory(_directory["parent"], PrivateFiles.DirectoryMode);
        using var draft = Draft.CreateDirectory(parent.FullName);
        try
        {
            parent.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
            throw new InvalidDataException("the reason");
        }
        finally
        {
            draft.Dispose();
            parent.UnixFileMode = PrivateFiles.DirectoryMode;
        }
    }

    private IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(_directory.Path).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);
}
