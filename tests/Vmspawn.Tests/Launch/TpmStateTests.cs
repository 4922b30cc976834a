using System.Globalization;
using Vmspawn.Host;
using Vmspawn.Launch;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Spec;
using Vmspawn.Tpm;

namespace Vmspawn.Tests.Launch;

/// <summary>A TPM is there in full or not at all, and belongs to one VM.</summary>
public sealed class TpmStateTests : IDisposable
{
    private static readonly TpmMaker Real = new("/usr/bin/swtpm", "/usr/bin/swtpm_setup", "/usr/bin/swtpm_localca");
    private readonly TemporaryDirectory _directory = new();

    private string State => _directory["tpm state"];

    private string Scratch => _directory["scratch"];

    [Fact]
    public async Task The_first_open_makes_a_TPM_with_certificates_and_the_second_leaves_it_as_it_is()
    {
        (await OpenAsync(new TpmStateDirectory(State, Real))).Dispose();
        var permanent = Path.Combine(State, "tpm2-00.permall");
        var made = File.ReadAllBytes(permanent);
        Assert.Equal(
            ["issuercert.pem", "swtpm-localca-rootca-cert.pem", "tpm2-00.permall"],
            Names().Where(name => name != ".lock"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(State));
        (await OpenAsync(new TpmStateDirectory(State, Real))).Dispose();
        Assert.Equal(made, File.ReadAllBytes(permanent));
    }

    [Fact]
    public async Task A_new_TPM_is_locked_until_its_launch_has_succeeded_or_removed_it()
    {
        var state = new TpmStateDirectory(State, Real);
        Made? made = null;
        (await TpmState.OpenAsync(state, Directory.CreateDirectory(Scratch).FullName, one => made = one, new UndoStack(Assert.Fail), CancellationToken.None)).Dispose();
        await Assert.ThrowsAsync<LaunchException>(() => OpenAsync(state));
        made!.Dispose();
        Assert.False(Directory.Exists(State));
        (await OpenAsync(state)).Dispose();
    }

    [Fact]
    public async Task A_setup_that_fails_leaves_nothing_and_is_quoted()
    {
        var setup = Script("echo 'no luck today' >&2; echo half >\"$3/tpm2-00.permall\"; exit 3");
        var error = await Assert.ThrowsAsync<LaunchException>(() => OpenAsync(new TpmStateDirectory(State, Real with { Setup = setup })));
        Assert.Contains("exited with status 3: no luck today", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(State));
    }

    [Fact]
    public async Task The_users_own_empty_directory_stays_when_the_setup_fails()
    {
        Directory.CreateDirectory(State);
        await Assert.ThrowsAsync<LaunchException>(() => OpenAsync(new TpmStateDirectory(State, Real with { Setup = "/bin/false" })));
        Assert.Empty(Directory.EnumerateFileSystemEntries(State));
    }

    [Fact]
    public async Task What_a_killed_run_left_unfinished_is_made_anew()
    {
        Directory.CreateDirectory(Path.Combine(State, ".unfinished"));
        File.WriteAllText(Path.Combine(State, ".unfinished", "tpm2-00.permall"), "half");
        Assert.Equal(TpmStateFacts.Absent, TpmStateFiles.Look(State));
        (await OpenAsync(new TpmStateDirectory(State, Real))).Dispose();
        Assert.Equal(TpmStateFacts.Made, TpmStateFiles.Look(State));
        Assert.DoesNotContain(".unfinished", Names());
    }

    [Fact]
    public async Task Only_one_machine_uses_a_state_at_a_time()
    {
        var state = new TpmStateDirectory(State, null);
        using (await OpenAsync(state))
        {
            var error = await Assert.ThrowsAsync<LaunchException>(() => OpenAsync(state));
            Assert.Contains("another VM uses it", error.Message, StringComparison.Ordinal);
        }

        (await OpenAsync(state)).Dispose();
    }

    [Fact]
    public async Task A_missing_setup_program_is_named()
    {
        var error = await Assert.ThrowsAsync<LaunchException>(() => OpenAsync(new TpmStateDirectory(State, Real with { Setup = "/no/such/setup" })));
        Assert.Contains("/no/such/setup exited with status 127", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("issuercert.pem")]
    [InlineData("issuercert.pem", "swtpm-localca-rootca-cert.pem")]
    public async Task What_a_run_left_that_was_killed_while_it_put_a_TPM_in_place_is_made_anew(params string[] moved)
    {
        Directory.CreateDirectory(Path.Combine(State, ".unfinished"));
        foreach (var file in moved)
            File.WriteAllText(Path.Combine(State, file), "half");
        Assert.Equal(TpmStateFacts.Absent, TpmStateFiles.Look(State));
        (await OpenAsync(new TpmStateDirectory(State, Real))).Dispose();
        Assert.Equal(TpmStateFacts.Made, TpmStateFiles.Look(State));
        Assert.NotEqual("half", File.ReadAllText(Path.Combine(State, "issuercert.pem")));
        Assert.DoesNotContain(".unfinished", Names());
    }

    [Fact]
    public void A_certificate_without_an_unfinished_TPM_is_foreign()
    {
        Directory.CreateDirectory(State);
        File.WriteAllText(Path.Combine(State, "issuercert.pem"), "mine");
        Assert.Equal(TpmStateFacts.Foreign, TpmStateFiles.Look(State));
    }

    [Fact]
    public async Task A_failure_that_waited_for_anothers_lock_leaves_what_the_other_is_making()
    {
        Directory.CreateDirectory(State);
        using var other = OpenFile.Open(State, writable: false);
        Assert.True(FileLock.TryLockExclusive(other));
        Directory.CreateDirectory(Path.Combine(State, ".unfinished"));
        await Assert.ThrowsAsync<LaunchException>(() => OpenAsync(new TpmStateDirectory(State, Real)));
        Assert.Contains(".unfinished", Names());
    }

    [Fact]
    public async Task A_cancelled_making_ends_all_that_it_has_started_and_leaves_nothing()
    {
        // As swtpm_setup does it: a grandchild whose parent has gone, and one that is waited for.
        var setup = Script($"(sleep 600 & echo $! >{_directory["orphan"]}); sleep 600 & echo $! >{_directory["child"]}; wait");
        using var cancel = new CancellationTokenSource();
        var opening = OpenAsync(new TpmStateDirectory(State, Real with { Setup = setup }), cancel.Token);
        while (!File.Exists(_directory["child"]) || new FileInfo(_directory["child"]).Length == 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(State));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Scratch));
        Assert.False(IsRunning(_directory["orphan"]));
        Assert.False(IsRunning(_directory["child"]));
    }

    [Fact]
    public async Task A_swtpm_that_is_killed_ends_the_making_at_once()
    {
        File.WriteAllText(_directory["swtpm"], "#!/bin/sh\nkill -s KILL $$\n");
        File.SetUnixFileMode(_directory["swtpm"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        // The fifth word is how swtpm is to be started.
        var setup = Script("$5 & sleep 600");
        var opening = OpenAsync(new TpmStateDirectory(State, Real with { Setup = setup, Swtpm = _directory["swtpm"] }));
        var error = await Assert.ThrowsAsync<LaunchException>(() => opening.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Contains("was killed by SIGKILL", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(State));
    }

    [Fact]
    public async Task Orphans_of_a_making_that_has_succeeded_are_ended_too()
    {
        var setup = Script($"(sleep 600 & echo $! >{_directory["orphan"]}); for i in issuercert.pem swtpm-localca-rootca-cert.pem; do echo x >$TMPDIR/$i; done; echo x >\"$3/tpm2-00.permall\"");
        (await OpenAsync(new TpmStateDirectory(State, Real with { Setup = setup }))).Dispose();
        Assert.Equal(TpmStateFacts.Made, TpmStateFiles.Look(State));
        Assert.False(IsRunning(_directory["orphan"]));
    }

    public void Dispose() => _directory.Dispose();

    private Task<Microsoft.Win32.SafeHandles.SafeFileHandle> OpenAsync(TpmStateDirectory state, CancellationToken cancel = default) =>
        TpmState.OpenAsync(state, Directory.CreateDirectory(Scratch).FullName, made => made.Keep(), new UndoStack(Assert.Fail), cancel);

    /// <summary>Whether the process whose id is in a file runs; one that only waits to be reaped does not.</summary>
    private static bool IsRunning(string file)
    {
        var id = int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Split(')')[1].Trim()[0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(State).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private string Script(string text)
    {
        var path = _directory["script"];
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
