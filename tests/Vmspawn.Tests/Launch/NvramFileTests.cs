using Vmspawn.Launch;
using Vmspawn.Plan;

namespace Vmspawn.Tests.Launch;

public class NvramFileTests
{
    [Fact]
    public void A_first_start_copies_the_template_with_its_times_for_the_owner_alone()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        File.SetLastWriteTimeUtc(nvram.Template, new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        // As templates in /nix/store are.
        File.SetUnixFileMode(nvram.Template, UnixFileMode.UserRead);
        using (var file = NvramFile.Open(nvram, out var made))
        {
            Assert.NotNull(made);
            Assert.Equal(300_000, RandomAccess.GetLength(file));
        }

        Assert.Equal(File.ReadAllBytes(nvram.Template), File.ReadAllBytes(nvram.Path));
        Assert.Equal(File.GetLastWriteTimeUtc(nvram.Template), File.GetLastWriteTimeUtc(nvram.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(nvram.Path));
        Assert.Equal(2, Directory.GetFiles(directory["."]).Length);
    }

    [Fact]
    public void What_is_there_is_kept()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        File.WriteAllText(nvram.Path, "mine");
        NvramFile.Open(nvram, out var made).Dispose();
        Assert.Null(made);
        Assert.Equal("mine", File.ReadAllText(nvram.Path));
    }

    [Fact]
    public void Two_machines_never_have_it_at_once()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        using (NvramFile.Open(nvram, out _))
        {
            var refusal = Assert.Throws<LaunchException>(() => NvramFile.Open(nvram, out _));
            Assert.Contains(nvram.Path, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("another VM", refusal.Message, StringComparison.Ordinal);
        }

        NvramFile.Open(nvram, out _).Dispose();
    }

    [Fact]
    public void Of_many_that_start_at_once_one_gets_it_and_it_is_whole()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        var won = new System.Collections.Concurrent.ConcurrentBag<IDisposable>();
        Parallel.For(0, 32, _ =>
        {
            try
            {
                won.Add(NvramFile.Open(nvram, out var _));
            }
            catch (LaunchException)
            {
                // Somebody else has it.
            }
        });
        Assert.Single(won).Dispose();
        Assert.Equal(File.ReadAllBytes(nvram.Template), File.ReadAllBytes(nvram.Path));
        Assert.Equal(2, Directory.GetFiles(directory["."]).Length);
    }

    [Fact]
    public void A_launch_that_fails_takes_back_what_it_made()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        NvramFile.Open(nvram, out var made).Dispose();
        made!.Dispose();
        Assert.False(File.Exists(nvram.Path));
        NvramFile.Open(nvram, out made).Dispose();
        made!.Keep();
        made.Dispose();
        Assert.True(File.Exists(nvram.Path));
    }

    [Fact]
    public void A_place_that_cannot_be_written_leaves_nothing()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory) with { Path = directory["missing/state"] };
        Assert.ThrowsAny<IOException>(() => NvramFile.Open(nvram, out _));
        Assert.Single(Directory.GetFileSystemEntries(directory["."]));
    }

    [Fact]
    public void A_forgotten_copy_has_no_name()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        using var file = NvramFile.OpenForgotten(new ForgottenNvram(nvram.Template));
        Assert.Equal(new FileInfo(nvram.Template).Length, RandomAccess.GetLength(file));
        RandomAccess.Write(file, "changed"u8, 0);
        Assert.Single(Directory.GetFileSystemEntries(directory["."]));
        Assert.Equal((byte)'x', File.ReadAllBytes(nvram.Template)[0]);
    }

    private static KeptNvram WithTemplate(TemporaryDirectory directory)
    {
        // A hole in the middle and at the end, as flash images have.
        var content = new byte[300_000];
        content.AsSpan(0, 1000).Fill((byte)'x');
        content[200_000] = 1;
        File.WriteAllBytes(directory["template"], content);
        return new KeptNvram(directory["state"], directory["template"]);
    }
}
