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

    private string Workshop => _directory["workshop"];

    [Fact]
    public void The_first_open_makes_a_TPM_with_certificates_and_the_second_leaves_it_as_it_is()
    {
        TpmState.Open(new TpmStateDirectory(State, Real), Workshop).Dispose();
        var permanent = Path.Combine(State, "tpm2-00.permall");
        var made = File.ReadAllBytes(permanent);
        Assert.Equal(
            ["issuercert.pem", "swtpm-localca-rootca-cert.pem", "tpm2-00.permall"],
            Names().Where(name => name != ".lock"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(State));
        TpmState.Open(new TpmStateDirectory(State, Real), Workshop).Dispose();
        Assert.Equal(made, File.ReadAllBytes(permanent));
    }

    [Fact]
    public void A_setup_that_fails_leaves_nothing_and_is_quoted()
    {
        var setup = Script("echo 'no luck today' >&2; echo half >\"$3/tpm2-00.permall\"; exit 3");
        var error = Assert.Throws<LaunchException>(() => TpmState.Open(new TpmStateDirectory(State, Real with { Setup = setup }), Workshop));
        Assert.Contains("exited with status 3: no luck today", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(State));
    }

    [Fact]
    public void The_users_own_empty_directory_stays_when_the_setup_fails()
    {
        Directory.CreateDirectory(State);
        Assert.Throws<LaunchException>(() => TpmState.Open(new TpmStateDirectory(State, Real with { Setup = "/bin/false" }), Workshop));
        Assert.Empty(Directory.EnumerateFileSystemEntries(State));
    }

    [Fact]
    public void What_a_killed_run_left_unfinished_is_made_anew()
    {
        Directory.CreateDirectory(Path.Combine(State, ".unfinished"));
        File.WriteAllText(Path.Combine(State, ".unfinished", "tpm2-00.permall"), "half");
        Assert.Equal(TpmStateFacts.Absent, TpmStateFiles.Look(State));
        TpmState.Open(new TpmStateDirectory(State, Real), Workshop).Dispose();
        Assert.Equal(TpmStateFacts.Made, TpmStateFiles.Look(State));
        Assert.DoesNotContain(".unfinished", Names());
    }

    [Fact]
    public void Only_one_has_it_at_a_time()
    {
        var state = new TpmStateDirectory(State, null);
        using (TpmState.Open(state, Workshop))
        {
            var error = Assert.Throws<LaunchException>(() => TpmState.Open(state, Workshop));
            Assert.Contains("another VM uses it", error.Message, StringComparison.Ordinal);
        }

        TpmState.Open(state, Workshop).Dispose();
    }

    [Fact]
    public void A_missing_setup_program_is_named()
    {
        var error = Assert.Throws<LaunchException>(() => TpmState.Open(new TpmStateDirectory(State, Real with { Setup = "/no/such/setup" }), Workshop));
        Assert.Contains("/no/such/setup", error.Message, StringComparison.Ordinal);
        Assert.IsType<LinuxException>(error.InnerException);
    }

    public void Dispose() => _directory.Dispose();

    private IEnumerable<string> Names() => Directory.EnumerateFileSystemEntries(State).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    private string Script(string text)
    {
        var path = _directory["script"];
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
