namespace Vmspawn.Linux.Tests.Files;

public class FileFactsTests
{
    [Fact]
    public void A_symbolic_link_is_looked_at_itself()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "file");
        var link = Path.Combine(directory.Path, "link");
        File.WriteAllText(file, "text");
        File.CreateSymbolicLink(link, file);
        Assert.Equal((FileKind.Regular, 4), (FileFacts.OfName(file).Kind, FileFacts.OfName(file).Size));
        Assert.Equal(FileKind.Other, FileFacts.OfName(link).Kind);
        Assert.NotEqual(FileFacts.OfName(file).Identity, FileFacts.OfName(link).Identity);
        using var open = OpenFile.Open(link, writable: false);
        Assert.Equal(FileFacts.OfName(file), FileFacts.Of(open));
    }

    [Fact]
    public void A_modification_time_that_is_set_back_leaves_the_time_of_the_change()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "file");
        File.WriteAllText(file, "text");
        var before = FileFacts.OfName(file);
        File.WriteAllText(file, "test");
        File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
        var after = FileFacts.OfName(file);
        Assert.Equal(0, after.Modified);
        Assert.True(after.Changed > before.Changed);
    }

    [Fact]
    public void A_hole_takes_nothing_on_the_disk()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "file");
        using (var handle = NewFile.Create(file))
            RandomAccess.SetLength(handle, 1 << 20);
        var facts = FileFacts.OfName(file);
        Assert.Equal(1 << 20, facts.Size);
        Assert.InRange(facts.Occupied, 0, 64 << 10);
        using var written = OpenFile.Open(file, writable: true);
        RandomAccess.Write(written, new byte[2 << 20], 0);
        RandomAccess.FlushToDisk(written);
        Assert.InRange(FileFacts.Of(written).Occupied, 2 << 20, 4 << 20);
    }
}
