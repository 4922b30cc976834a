using System.Text;
using System.Text.Json;
using Vmspawn.Launch;
using Vmspawn.Options;
using Vmspawn.Qmp;
using Vmspawn.Supervise;

namespace Vmspawn.Tests.Machine;

public sealed class VmJournalTests
{
    private readonly VmJournal _journal = new(new VmOptions(), null!);

    [Fact]
    public async Task The_newest_messages_are_kept_and_all_are_passed_on()
    {
        var passed = new List<string>();
        var messages = _journal.Of(new VmMessages(passed.Add, passed.Add) { Detail = passed.Add });
        for (var i = 0; i < 300; i++)
            messages.Detail($"step {i}");
        messages.Error("two\nlines");
        Assert.Equal(301, passed.Count);
        var lines = (await File("messages.txt")).TrimEnd('\n').Split('\n');
        Assert.Equal((200, true, true), (lines.Length, lines[0].EndsWith(" step 101", StringComparison.Ordinal), lines[^1].EndsWith(@" two\x0alines", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Events_are_kept_with_qemus_time_and_a_flood_of_long_ones_is_bounded()
    {
        _journal.Add(new QmpEvent("STOP", default, new DateTimeOffset(2026, 11, 28, 10, 0, 0, TimeSpan.FromHours(2))));
        Assert.Equal("2026-11-28T08:00:00.0000000Z STOP\n", await File("qmp-events.txt"));

        using var data = JsonDocument.Parse($$"""{"text":"{{new string('x', 100_000)}}"}""");
        for (var i = 0; i < 1000; i++)
            _journal.Add(new QmpEvent("FLOOD", data.RootElement, null));
        var text = await File("qmp-events.txt");
        Assert.InRange(text.Length, 200 * 4000, 200 * 4100);
        Assert.DoesNotContain("STOP", text, StringComparison.Ordinal);
        Assert.Contains("Z FLOOD {\"text\":\"xxx", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_programs_write_is_kept_by_program_and_those_that_write_nothing_are_left_out()
    {
        _journal.Add("swtpm (the TPM)", new ProcessOutput(Task.CompletedTask, () => "no state"));
        _journal.Add("passt (the network)", new ProcessOutput(Task.CompletedTask, () => ""));
        _journal.Add("QEMU", new ProcessOutput(Task.CompletedTask, () => "no device"));
        Assert.Equal("swtpm (the TPM):\nno state\nQEMU:\nno device\n", _journal.Output);
        Assert.Equal(("no device", "swtpm (the TPM):\nno state\n"), (await File("qemu-stderr.txt"), await File("helpers-stderr.txt")));
    }

    private async Task<string> File(string name) => Encoding.UTF8.GetString(await _journal.Files.Single(file => file.Name == name).Content());
}
