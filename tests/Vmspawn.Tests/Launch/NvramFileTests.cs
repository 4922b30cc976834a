using Vmspawn.Launch;
using Vmspawn.Plan;

namespace Vmspawn.Tests.Launch;

public class NvramFileTests
{
    [Fact]
    public async Task A_first_start_copies_the_template_with_its_times_for_the_owner_alone()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        File.SetLastWriteTimeUtc(nvram.Template, new DateTime(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        // As templates in /nix/store are.
        File.SetUnixFileMode(nvram.Template, UnixFileMode.UserRead);
        Made? made = null;
        using (var file = await OpenAsync(nvram, one => made = one))
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
    public async Task An_existing_file_is_kept()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        File.WriteAllText(nvram.Path, "mine");
        (await OpenAsync(nvram, _ => Assert.Fail("It was there."))).Dispose();
        Assert.Equal("mine", File.ReadAllText(nvram.Path));
    }

    [Fact]
    public async Task Two_machines_never_use_one_file_at_once()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        using (await OpenAsync(nvram))
        {
            var refusal = await Assert.ThrowsAsync<LaunchException>(() => OpenAsync(nvram));
            Assert.Contains(nvram.Path, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("another VM", refusal.Message, StringComparison.Ordinal);
        }

        (await OpenAsync(nvram)).Dispose();
    }

    [Fact]
    public async Task Of_many_concurrent_starts_one_gets_the_file_and_it_is_complete()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        var won = new System.Collections.Concurrent.ConcurrentBag<IDisposable>();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            try
            {
                won.Add(await OpenAsync(nvram));
            }
            catch (LaunchException)
            {
                // Another process has it.
            }
        })));
        Assert.Single(won).Dispose();
        Assert.Equal(File.ReadAllBytes(nvram.Template), File.ReadAllBytes(nvram.Path));
        Assert.Equal(2, Directory.GetFiles(directory["."]).Length);
    }

    [Fact]
    public async Task A_launch_that_fails_takes_back_what_it_made()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory);
        Made? made = null;
        (await OpenAsync(nvram, one => made = one)).Dispose();
        made!.Dispose();
        Assert.False(File.Exists(nvram.Path));
        (await OpenAsync(nvram, one => made = one)).Dispose();
        made!.Keep();
        made.Dispose();
        Assert.True(File.Exists(nvram.Path));
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_leaves_nothing()
    {
        using var directory = new TemporaryDirectory();
        var nvram = WithTemplate(directory) with { Path = directory["missing/state"] };
        await Assert.ThrowsAnyAsync<IOException>(() => OpenAsync(nvram));
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

    private static Task<Microsoft.Win32.SafeHandles.SafeFileHandle> OpenAsync(KeptNvram nvram, Action<Made>? made = null) =>
        NvramFile.OpenAsync(nvram, made ?? (_ => { }), TestContext.Current.CancellationToken);

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
