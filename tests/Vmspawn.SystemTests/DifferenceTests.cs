using System.Text;
using System.Text.Json;
using Vmspawn.SystemTests.Differential;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>What QEMU gets from systemd's own vmspawn and from ours for the same command lines.</summary>
public sealed class DifferenceTests : VmTest
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(600);

    [Fact]
    public async Task For_each_command_line_of_the_table_QEMU_gets_what_systemds_own_program_gives_it_but_for_differences_with_a_reason()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can run systemd in namespaces of its own");
        var table = CommandTable.Read(Path.Combine(AppContext.BaseDirectory, "command-lines.txt"));
        var fixtures = Directory.CreateDirectory(Scratch.Own("fixtures")).FullName;
        await MakeFixtures(fixtures);
        var lines = Scratch.Text("lines", JsonSerializer.Serialize(table.Lines.Select(line => new { words = line.Words, environment = line.Environment })));
        using var host = await SystemdContainer.Start(Scratch);
        await host.Good("/usr/bin/bash", "-euc", $"""
            mkdir /run/ours
            ln -s /host{Prepared.Binary} /run/ours/systemd-vmspawn
            mv /usr/bin/qemu-system-x86_64 /usr/bin/qemu-system-x86_64.real
            cp /host{Prepared.Guests}/note-qemu /usr/bin/qemu-system-x86_64
            # Ours alone uses them where they are installed.
            rm /usr/bin/passt /usr/bin/vhost-device-vsock
            """);
        var results = await Task.WhenAll(Answers(host, "/usr/bin/systemd-vmspawn", lines, fixtures), Answers(host, "/run/ours/systemd-vmspawn", lines, fixtures));
        await host.End();
        var unexplained = Compare(table, results[0], results[1]);
        Assert.True(unexplained == "", $"KEY | THEIRS | OURS of command-lines.txt:\n{unexplained}");
    }

    /// <summary>The runs of one program, in the order of the lines.</summary>
    private async Task<JsonElement[]> Answers(SystemdContainer host, string program, string lines, string fixtures)
    {
        var results = Scratch.Own($"results{program.Replace('/', '.')}");
        Scratch.Own($"{results}.images");
        // A unit of its own: systemd's program asks which one it is in.
        using var run = host.Enter(
            "/usr/bin/systemd-run", "--quiet", "--pipe", "--wait", "--collect", "/usr/bin/unshare", "--mount",
            $"/host{Prepared.Guests}/run-with-notes", program, lines, fixtures, results);
        await run.EndWith(0, Bound);
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(results));
        return [.. document.RootElement.EnumerateArray().Select(answer => answer.Clone())];
    }

    private static string Compare(CommandTable table, JsonElement[] theirs, JsonElement[] ours)
    {
        var (text, used) = (new StringBuilder(), new HashSet<WantedDifference>());
        foreach (var (index, line) in table.Lines.Index())
        {
            WantedDifference[] wanted = [.. line.Wanted, .. line.WantedHere, .. table.Wanted];
            var unexplained = new List<Difference>();
            foreach (var difference in Differences(theirs[index], ours[index]))
                if (wanted.FirstOrDefault(known => known.Explains(difference)) is { } reason)
                    used.Add(reason);
                else
                    unexplained.Add(difference);
            if (unexplained.Count > 0)
                text.Append($"{line.Text}\n{string.Concat(unexplained.Select(difference => $"    {difference}\n"))}");
            foreach (var stale in line.Wanted.Where(known => !used.Contains(known)))
                text.Append($"{line.Text}\n    is no difference any more: {stale.Key} | {stale.Theirs} | {stale.Ours}\n");
        }

        foreach (var stale in table.Lines.SelectMany(line => line.WantedHere).Distinct().Concat(table.Wanted).Where(known => !used.Contains(known)))
            text.Append($"is nowhere a difference any more: {stale.Key} | {stale.Theirs} | {stale.Ours}\n");
        return text.ToString();
    }

    private static IEnumerable<Difference> Differences(JsonElement theirs, JsonElement ours)
    {
        var (left, right) = (Facts(theirs), Facts(ours));
        // What a QEMU got is not compared with nothing: that one of them refuses says it all.
        IEnumerable<string> keys = left["outcome"] == right["outcome"] ? left.Keys.Union(right.Keys).Order(StringComparer.Ordinal) : ["outcome"];
        foreach (var key in keys)
            if (left.GetValueOrDefault(key, "-") is var their && right.GetValueOrDefault(key, "-") is var our && their != our)
                yield return new Difference(key, their, our);
    }

    /// <summary>"starts QEMU", or that it ended without, with its last words.</summary>
    private static Dictionary<string, string> Facts(JsonElement answer)
    {
        if (answer.GetProperty("notes") is { ValueKind: JsonValueKind.Object } notes)
            return new(QemuFacts.Of(notes)) { ["outcome"] = "starts QEMU" };
        var status = answer.GetProperty("status").GetInt32();
        return new() { ["outcome"] = status == 0 ? "succeeds without QEMU" : "refuses" };
    }

    /// <summary>Images, kernels and directories for the lines of the table.</summary>
    private async Task MakeFixtures(string folder)
    {
        using var make = VmspawnRun.StartProgram("/usr/bin/bash", new Dictionary<string, string?>(), Scratch, QemuKind.Distribution, "-euc", $$"""
            cd '{{folder}}'
            truncate -s 4M disk.raw
            sfdisk --quiet disk.raw <<<$'label: gpt\nstart=2048, size=2048, type=4f68bce3-e8cd-4db1-96e7-fbcaf984b709, uuid=5bd1ffd8-4d2c-4a6b-8a5e-0a3b6c6f2d02'
            truncate -s 1M second.raw 'two words.raw' ,odd,.raw disc.iso
            qemu-img create -q -f qcow2 disk.qcow2 16M
            cp '{{Prepared.Kernel}}' vmlinuz
            echo first >initrd
            echo second >initrd2
            echo -n from-a-file >credential
            mkdir -p share tree/usr/lib/modules/6.1 tree/etc tree/sbin
            echo ID=test >tree/etc/os-release
            cp /usr/share/OVMF/OVMF_VARS_4M.fd template.fd
            """);
        await make.EndWith(0, ShortBound);
    }
}
