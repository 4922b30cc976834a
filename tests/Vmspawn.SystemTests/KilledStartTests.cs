using System.Diagnostics;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Whatever the moment at which a start is killed, the next one of the same name and images works and nothing of the killed one stays.</summary>
public sealed class KilledStartTests : VmTest
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(60);

    /// <summary>System calls that change files, and which of a thread's calls is the last thing that the process does.</summary>
    private static readonly (string Call, int When)[] Positions =
    [
        ("mkdir", 1), ("renameat2", 1), ("flock", 2), ("rename", 1), ("unlink", 1), ("pwrite64", 2), ("mkdir", 3), ("rename", 2), ("rmdir", 1), ("flock", 5),
        ("renameat2", 2), ("pwrite64", 1), ("mkdir", 2), ("unlink", 3), ("ftruncate", 1), ("rename", 3), ("mkdir", 5), ("flock", 3), ("rmdir", 2), ("renameat2", 3),
        ("unlink", 2), ("pwrite64", 4), ("flock", 8), ("mkdir", 4), ("rename", 4), ("flock", 1), ("mkdir", 7), ("unlink", 5), ("pwrite64", 3), ("rmdir", 3),
    ];

    /// <summary>A TPM, a key and a template's child are made by each start that finds none.</summary>
    private string[] Machine(string template) =>
    [
        "--user", $"--machine={Scratch.Mark}", "--kvm=no", "--firmware=bios", "--console=headless", "--register=no", "--vsock=no", "--quiet",
        "--network-user-mode", "--pass-ssh-key=yes", "--tpm=yes", $"--template={template}", $"--image={Scratch.Own("child")}",
    ];

    [Fact]
    public async Task A_start_killed_at_a_system_call_leaves_nothing_in_the_way_of_the_next_one()
    {
        var state = Scratch.Own("child.tpmstate");
        var machine = Machine(BootSector.Write(Scratch, "base"));
        var clock = Stopwatch.StartNew();
        var killed = 0;
        foreach (var (call, when) in Positions)
        {
            if (clock.Elapsed > Budget)
                break;
            File.Delete(Scratch.Own("child"));
            if (Directory.Exists(state))
                Directory.Delete(state, recursive: true);
            var at = $"killed at {call} {when}";
            using (var run = VmspawnRun.StartProgram(
                "/usr/bin/strace",
                new Dictionary<string, string?>(),
                Scratch,
                QemuKind.Distribution,
                ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={call}", $"--inject={call}:signal=KILL:when={when}", Prepared.Binary, .. machine]))
            {
                killed += (await run.End(GuestBound)).Status == 0 ? 0 : 1;
            }

            await AllGone(at);
            var next = await Run(QemuKind.Distribution, machine);
            Assert.True(next.Status == 0, $"{at}: {next}");
            Assert.True(File.Exists(Path.Combine(state, "tpm2-00.permall")), at);
            Assert.True(!Scratch.Strangers().Any() && !Drafts().Any(), $"{at}: {string.Join(' ', Scratch.Strangers().Concat(Drafts()))}");
        }

        Assert.True(killed > 3, $"only {killed} starts were killed");
    }

    /// <summary>Programs that make a TPM are the children of nobody, and end with us all the same.</summary>
    private async Task AllGone(string at)
    {
        for (var clock = Stopwatch.StartNew(); Processes.With(Scratch.Mark) is { Count: > 0 } left; await Task.Delay(50))
            Assert.True(clock.Elapsed < ShortBound, $"{at}: {string.Join('\n', left.Select(Processes.Describe))}");
    }

    private IEnumerable<string> Drafts() => Directory.EnumerateFileSystemEntries(Scratch.Root, ".vmspawn-*", SearchOption.AllDirectories);
}
