using System.Text.RegularExpressions;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>
/// The scripts by which systemd tests its own vmspawn (TEST-87), as Debian installs them, with our program in its place: in a container
/// of that systemd, with nothing changed but how long they wait.
/// </summary>
public sealed partial class UpstreamTests : VmTest
{
    private static readonly TimeSpan ScriptBound = TimeSpan.FromSeconds(300);

    [Fact]
    public Task Machined_finds_the_control_socket_and_pauses_resumes_powers_off_and_terminates_several_machines_at_once() => Passes("vmspawn");

    /// <summary>
    /// The script looks for the overlay in a folder vmspawn/NAME, which is systemd's runtime directory. Ours lies beside the image, on a disk:
    /// so a mktemp of the test gives the script's images a folder of that name.
    /// </summary>
    [Fact]
    public Task Several_drives_are_attached_and_an_overlay_is_grown_beyond_its_image() => Passes("vmspawn-drives", """
        cat >/run/upstream/bin/mktemp <<'END'
        #!/bin/bash
        script=$PPID
        while parent=$(ps -o ppid= -p "$script") && [[ $(ps -o args= -p $parent) == *bash*.vmspawn-drives.sh ]]; do
            script=$parent
        done
        folder=/var/tmp/vmspawn/test-vmspawn-grow-${script// /}
        mkdir -p "$folder"
        echo "$folder"
        END
        chmod +x /run/upstream/bin/mktemp
        """);

    [Fact]
    public Task Volumes_come_and_go_but_for_those_of_the_boot() => Passes("bind-volume");

    [Fact]
    public Task A_disks_file_is_replaced_by_another_but_for_disks_of_the_boot_and_by_none_that_cannot_be_written() => Passes("replace-storage");

    /// <summary>Runs one of systemd's scripts; the test fails with the command of it that failed.</summary>
    /// <param name="script">Its name.</param>
    /// <param name="prepare">What is done before, in the container.</param>
    private async Task Passes(string script, string prepare = "")
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run systemd in namespaces of its own");
        var units = Path.Combine(Prepared.Cache, "sid/usr/lib/systemd/system");
        using var host = await SystemdContainer.Start(
            Scratch, Path.Combine(units, "systemd-storage-fs.socket"), Path.Combine(units, "systemd-storage-fs@.service"));
        await host.Good("/usr/bin/bash", "-euc", $$"""
            ln -sf /host{{Prepared.Binary}} /usr/bin/systemd-vmspawn
            mkdir -p /boot /run/upstream/bin
            cp /host{{Prepared.Kernel}} /boot/vmlinuz
            systemctl start systemd-storage-fs.socket
            for file in util.sh TEST-87-AUX-UTILS-VM.{{script}}.sh; do
                sed --regexp-extended 's/\btimeout ([0-9]+) /timeout \10 /; s/^sleep 0\./sleep 1./' \
                    /usr/lib/systemd/tests/testdata/units/$file >/run/upstream/$file
            done
            {{prepare}}
            """);
        using var run = host.Enter("/usr/bin/env", "PATH=/run/upstream/bin:/usr/sbin:/usr/bin:/sbin:/bin", "/usr/bin/bash", $"/run/upstream/TEST-87-AUX-UTILS-VM.{script}.sh");
        var ended = await run.End(ScriptBound);
        Assert.True(ended.Status == 0, $"systemd's script {script} failed at: {FailedCommand(ended.Error)}\n{ended}");
        await host.End();
    }

    /// <summary>The last command in the shell's trace before the script's own handler of its end.</summary>
    private static string FailedCommand(string trace) =>
        TracedCommand().Matches(trace).Select(match => match.Groups["command"].Value).TakeWhile(command => command != "at_exit").LastOrDefault("(nothing)");

    [GeneratedRegex(@"^\++ (?<command>.*)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TracedCommand();
}
