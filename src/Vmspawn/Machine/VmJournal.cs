using System.Globalization;
using System.Text.Json;
using Vmspawn.Launch;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Plan.Print;
using Vmspawn.Qmp;
using Vmspawn.Supervise;

namespace Vmspawn;

/// <summary>What is kept of a machine for reports, from the first step of its start on: messages, events of QEMU, and what its programs write to standard error.</summary>
internal sealed class VmJournal(VmOptions options, VmPlan plan)
{
    private readonly RecentLines _messages = new();
    private readonly RecentLines _events = new();
    private readonly Lock _lock = new();
    private readonly List<(string Program, ProcessOutput Output)> _programs = [];

    /// <summary>What QEMU and its helpers have written to standard error, each after a line with its name; empty if they have written nothing.</summary>
    public string Output => OutputOf(_ => true);

    /// <summary>The files of a report that do not depend on how far the machine has come.</summary>
    public IEnumerable<(string Name, Func<Task<byte[]>> Content)> Files =>
    [
        VmReport.Text("options.txt", () => OptionLine.Text(options) + "\n"),
        VmReport.Text("plan.json", () => VmReport.Json(plan)),
        VmReport.Text("commands.txt", () => PlanText.Commands(plan)),
        VmReport.Text("qemu-stderr.txt", () => Programs().FirstOrDefault(IsQemu).Output?.Text() ?? ""),
        VmReport.Text("helpers-stderr.txt", () => OutputOf(program => !IsQemu(program))),
        VmReport.Text("qmp-events.txt", () => _events.Text),
        VmReport.Text("messages.txt", () => _messages.Text),
    ];

    /// <summary>The same receivers, whose messages are also kept here.</summary>
    public VmMessages Of(VmMessages messages) =>
        new(Kept(messages.Notice), Kept(messages.Error)) { Detail = Kept(messages.Detail) };

    /// <summary>Keeps an event of QEMU.</summary>
    public void Add(QmpEvent happened) =>
        _events.Add(happened.Timestamp ?? DateTimeOffset.UtcNow, happened.Data.ValueKind is JsonValueKind.Undefined ? happened.Name : $"{happened.Name} {happened.Data.GetRawText()}");

    /// <summary>Keeps the standard error of a program that was started.</summary>
    public void Add(string program, ProcessOutput output)
    {
        lock (_lock)
            _programs.Add((program, output));
    }

    private Action<string> Kept(Action<string> pass) => text =>
    {
        _messages.Add(DateTimeOffset.UtcNow, text);
        pass(text);
    };

    private static bool IsQemu((string Program, ProcessOutput Output) started) => started.Program == SupervisedProcess.QemuSubject;

    private string OutputOf(Func<(string Program, ProcessOutput Output), bool> isWanted) => string.Concat(
        from started in Programs()
        where isWanted(started)
        let text = started.Output.Text()
        where text.Length > 0
        select $"{started.Program}:\n{text}\n");

    private (string Program, ProcessOutput Output)[] Programs()
    {
        lock (_lock)
            return [.. _programs];
    }

    /// <summary>The newest lines with their times. Both their number and their length are limited, since a guest can cause any number of events.</summary>
    private sealed class RecentLines
    {
        private const int MostLines = 200;
        private const int LongestLine = 4000;

        private readonly Lock _lock = new();
        private readonly Queue<(DateTimeOffset At, string Text)> _lines = new();

        /// <summary>All lines, oldest first.</summary>
        public string Text
        {
            get
            {
                lock (_lock)
                    return string.Concat(_lines.Select(line => $"{line.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)} {PlainText.Escape(line.Text)}\n"));
            }
        }

        public void Add(DateTimeOffset at, string text)
        {
            lock (_lock)
            {
                _lines.Enqueue((at, text.Length > LongestLine ? $"{text[..LongestLine]}…" : text));
                if (_lines.Count > MostLines)
                    _lines.Dequeue();
            }
        }
    }
}
