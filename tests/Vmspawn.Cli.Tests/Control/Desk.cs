using System.Text;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Run;
using Vmspawn.Options;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Tests.Control;

/// <summary>A user with a runtime directory of their own, in which machines of the test run.</summary>
internal sealed class Desk : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("vmspawn-desk-").FullName;
    private readonly List<ScriptedMachine> _machines = [];

    public Desk() => Directory.CreateDirectory(Place);

    public string Place => Path.Combine(_root, "systemd", "vmspawn");

    public int? Width { get; init; }

    public RunningMachineOptions Where => new()
    {
        Scope = RuntimeScope.User,
        Environment = new VmEnvironment { Variable = name => name switch { "XDG_RUNTIME_DIR" or "XDG_STATE_HOME" or "TMPDIR" => _root, _ => null } },
    };

    public ScriptedMachine Add(string name, params (string Method, VarlinkHandler Answer)[] replies) => Keep(ScriptedMachine.Start(Place, name, true, replies));

    /// <summary>One served as systemd-vmspawn serves.</summary>
    public ScriptedMachine AddForeign(string name, params (string Method, VarlinkHandler Answer)[] replies) => Keep(ScriptedMachine.Start(Place, name, false, replies));

    /// <summary>The log of a machine.</summary>
    public string LogOf(string name) => Path.Combine(_root, "vmspawn", "logs", $"{name}.log");

    /// <summary>A path for a file of the test.</summary>
    public string File(string name, string content = "content")
    {
        var path = Path.Combine(_root, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Runs a command line as the program does, over the machines here.</summary>
    public async Task<(int Status, string Output, string Error)> Run(params string[] words)
    {
        var output = new StringBuilder();
        var error = new StringBuilder();
        var screen = new ControlScreen(
            text => { lock (output) output.Append(text); },
            problems => error.Append(Messages.Of(problems, TextStyle.Plain)),
            TextStyle.Plain,
            Width,
            () => Machines.Now);
        var command = CommandLine.Parse("vmspawn", words, new Dictionary<string, string>());
        if (command is Mistakes mistakes)
            return (2, "", Messages.Of(mistakes.Problems, TextStyle.Plain));
        var status = await ControlRun.RunAsync(Assert.IsType<ControlCommand>(command, exactMatch: false), Where, screen);
        return (status, output.ToString(), error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in _machines)
            await machine.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    private ScriptedMachine Keep(ScriptedMachine machine)
    {
        _machines.Add(machine);
        return machine;
    }
}
