using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class KvmTrialTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_trial_guest_powers_off_where_guests_run() =>
        Assert.Null((await KvmTrial.RunAsync(Tool.Qemu, "tcg", "max", Bound, CancellationToken.None)).Failure);

    [Fact]
    public async Task A_cpu_without_64_bit_mode_fails_the_trial() =>
        Assert.NotNull((await KvmTrial.RunAsync(Tool.Qemu, "tcg", "qemu32", TimeSpan.FromSeconds(2), CancellationToken.None)).Failure);

    [Fact]
    public async Task A_guest_that_cannot_start_is_a_reason_in_qemus_words() =>
        Assert.Contains("no-such-model", (await KvmTrial.RunAsync(Tool.Qemu, "tcg", "no-such-model", Bound, CancellationToken.None)).Failure);

    [Fact]
    public async Task A_guest_that_hangs_is_killed_and_is_a_reason()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["qemu"], "#!/bin/sh\nexec sleep 60\n");
        File.SetUnixFileMode(directory["qemu"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Contains("within 0.2 s", (await KvmTrial.RunAsync(directory["qemu"], "kvm", "max", TimeSpan.FromSeconds(0.2), CancellationToken.None)).Failure);
    }

    [Fact]
    public async Task A_trial_leaves_no_file_behind()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["qemu"], $"#!/bin/sh\nfile=$(echo \"$*\" | sed 's/.*\"filename\":\"\\([^\"]*\\)\".*/\\1/')\ntest -s \"$file\" && echo \"$file\" >{directory["seen"]}\n");
        File.SetUnixFileMode(directory["qemu"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Null((await KvmTrial.RunAsync(directory["qemu"], "kvm", "max", Bound, CancellationToken.None)).Failure);
        var disk = File.ReadAllText(directory["seen"]).Trim();
        Assert.StartsWith(".vmspawn-draft-", Path.GetFileName(disk), StringComparison.Ordinal);
        Assert.False(File.Exists(disk));
    }
}
