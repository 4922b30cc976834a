using System.Diagnostics;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Whatever the moment at which a start is killed, the next one of the same name and images works and nothing of the killed one stays.</summary>
public sealed class KilledStartTests : VmTest
{
    /// <summary>A hundred moments of a start: a system call, and which of a thread's calls of it is the last thing that the process does.</summary>
    private static readonly (string Call, int[] When)[] Positions =
    [
        ("openat", [6, 12, 18, 24, 28, 32, 36, 40]), ("mkdir", [1, 2, 3, 4, 5]), ("rename", [1, 2, 3, 4]), ("renameat2", [1, 2]),
        ("flock", [1, 3, 5, 7, 9, 12, 15, 18, 21, 24]), ("unlink", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), ("rmdir", [1, 2, 3]),
        ("pwrite64", [1, 2, 3, 4, 5, 6, 7, 8]), ("ftruncate", [1, 2, 3, 4, 5]), ("fcntl", [3, 8, 13, 18, 23, 28, 33, 38]),
        ("copy_file_range", [1, 2, 3]), ("utimensat", [1, 2]), ("fchmod", [1, 2, 3, 4]), ("socketpair", [1, 2, 3]), ("bind", [1, 2, 3]),
        ("listen", [2]), ("connect", [1]), ("memfd_create", [1, 2, 3]), ("pidfd_open", [1, 2, 3, 4, 5]), ("pipe2", [2, 3, 4, 5]),
        ("getdents64", [4, 8, 12]), ("clone3", [5, 6]), ("stat", [6]), ("statx", [10]), ("lstat", [30]),
    ];

    /// <summary>A TPM, a key and a template's child are made by each start that finds none; a share has a program of its own.</summary>
    private string[] Machine(string template) =>
    [
        "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--firmware=bios", "--console=headless", "--register=no", "--vsock=no", "--quiet",
        "--network-user-mode", "--pass-ssh-key=yes", "--tpm=yes", $"--template={template}", $"--image={Scratch.Own("child")}", $"--bind={Scratch.Tree("share")}:/x",
    ];

    [Fact]
    public async Task A_start_killed_at_a_system_call_does_not_prevent_the_next_start()
    {
        var state = Scratch.Own("child.tpmstate");
        var machine = Machine(BootSector.Write(Scratch, "base"));
        var all = Positions.SelectMany(position => position.When, (position, when) => (position.Call, When: when)).ToList();
        Assert.Equal(100, all.Count);
        var (tried, killed) = (0, 0);
        foreach (var (call, when) in Sample.Of(all))
        {
            tried++;
            File.Delete(Scratch.Own("child"));
            if (Directory.Exists(state))
                Directory.Delete(state, recursive: true);
            var at = $"killed at {call} {when}";
            using (var run = VmspawnRun.StartProgram(
                "/usr/bin/strace",
                new Dictionary<string, string?>(),
                Scratch,
                QemuKind.Distribution,
                ["-f", "-qq", "--detach-on=execve", "-o", "/dev/null", "-e", $"trace={call}", $"--inject={call}:signal=KILL:when={when}", Prepared.Binary, .. machine]))
            {
                killed += (await run.End(GuestBound)).Status == 0 ? 0 : 1;
            }

            await AllGone(at);
            var next = await Run(QemuKind.Distribution, machine);
            Assert.True(next.Status == 0, $"{at}: {next}");
            Assert.True(File.Exists(Path.Combine(state, "tpm2-00.permall")), at);
            Assert.True(!Scratch.Strangers().Any() && !Drafts().Any(), $"{at}: {string.Join(' ', Scratch.Strangers().Concat(Drafts()))}");
        }

        // Threads share the calls out as it comes, so a few positions are not reached.
        Assert.True(killed >= tried * 3 / 4, $"only {killed} of {tried} starts were killed");
    }

    /// <summary>Programs that make a TPM are the children of nobody, and end with us all the same.</summary>
    private async Task AllGone(string at)
    {
        for (var clock = Stopwatch.StartNew(); Processes.With(Scratch.Mark) is { Count: > 0 } left; await Task.Delay(50))
            Assert.True(clock.Elapsed < ShortBound, $"{at}: {string.Join('\n', left.Select(Processes.Describe))}");
    }

    private IEnumerable<string> Drafts() => Directory.EnumerateFileSystemEntries(Scratch.Root, ".vmspawn-*", SearchOption.AllDirectories);
}
