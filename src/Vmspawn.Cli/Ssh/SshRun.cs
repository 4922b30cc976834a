using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Run;
using Vmspawn.Linux;

namespace Vmspawn.Cli.Ssh;

/// <summary><c>vmspawn ssh</c>: determines how to reach the guest, runs ssh(1), and explains its failures.</summary>
internal static class SshRun
{
    /// <summary>The exit status of cloud-init's text in the place of root's command.</summary>
    private const int NotRootStatus = 142;

    /// <summary>The base of the exit status for a program that a signal ended, as in a shell.</summary>
    private const int SignalStatus = 128;

    /// <summary>The time limit for a guest that has reported that it is ready: its sshd is there, or will not come.</summary>
    private static readonly TimeSpan ReadyTime = TimeSpan.FromSeconds(30);

    /// <summary>The time limit for a login that only shows why another one failed.</summary>
    private static readonly TimeSpan QuestionTime = TimeSpan.FromSeconds(20);

    /// <summary>The time limit for the end of ssh's messages after its exit.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    /// <returns>ssh's exit status: the command's, or 255 for every failure to reach the guest or to log in.</returns>
    public static async Task<int> RunAsync(SshCommand command, RunningMachineOptions where, ControlScreen screen)
    {
        try
        {
            var (status, problem) = await ConnectAsync(command, where);
            if (problem is not null)
                screen.Fail([problem]);
            return status;
        }
        catch (Exception error) when (MachineProblems.Of(command.Name, error) is { } problem)
        {
            screen.Fail([problem]);
            return SshFailure.Status;
        }
    }

    private static async Task<(int Status, Problem? Problem)> ConnectAsync(SshCommand command, RunningMachineOptions where)
    {
        var (directory, access, ready) = await FindAsync(command, where);
        var ssh = SshAccess.FindProgram() ?? throw new MachineException(
            "ssh-missing",
            command.Name,
            $"{(Environment.GetEnvironmentVariable(SshAccess.ProgramVariable) is { Length: > 0 } given ? given : "ssh")} is not installed",
            "install it (Debian: openssh-client)");
        var wait = new SshWait(directory, command.Timeout ?? (ready ? ReadyTime : SshCommand.UsualTimeout), command.Quiet);
        var (exit, messages) = await RunAsync(ssh, access, command, wait);
        if (exit.Signal is { } signal)
            return (SignalStatus + (int)signal, null);
        switch (exit.ExitCode)
        {
            case SshFailure.Status:
                return (SshFailure.Status, SshFailure.Of(access, command.Login, messages, (await RunningMachine.ListAsync(where)).Contains(access.Machine)));
            case NotRootStatus when command.Login == "root" && await WantedUserAsync(ssh, access) is { } wanted:
                return (SshFailure.Status, SshFailure.NotRoot(access, wanted));
            default:
                return (exit.ExitCode!.Value, Said(messages).Length == 0 ? null : new Problem("ssh-message", access.Machine, $"ssh: {Said(messages)}"));
        }
    }

    /// <summary>Its last lines as one.</summary>
    private static string Said(string messages) =>
        string.Join("; ", messages.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeLast(6));

    private static async Task<(string Directory, SshAccess Access, bool Ready)> FindAsync(SshCommand command, RunningMachineOptions where)
    {
        await using var machine = await RunningMachine.OpenAsync(command.Name, where);
        if (!machine.IsVmspawn)
            throw new MachineException("not-offered", command.Name, $"its server, {machine.Server}, does not report how to connect by SSH");
        var facts = await machine.GetStatusAsync();
        return facts.Ssh is { } access
            ? (machine.RuntimeDirectory, access, facts.IsReady == true)
            : throw new MachineException(
                "ssh-no-way", command.Name, "there is no way in for ssh", "start it with a vsock or --network-user-mode, and without --pass-ssh-key=no");
    }

    /// <summary>Runs ssh in the terminal. Its own messages go into a pipe, apart from what the command in the guest writes.</summary>
    private static async Task<(ChildExit Exit, string Messages)> RunAsync(string ssh, SshAccess access, SshCommand command, SshWait wait)
    {
        using var log = Pipe.Create();
        using var said = new StderrTail(OpenFile.Duplicate(log.ReadEnd));
        // ssh closes what it inherits, and so opens the pipe by its name.
        string[] options = ["-E", log.WritePath];
        var words = command.Words is ["--", ..] ? command.Words.Skip(1) : command.Words;
        var exit = await ForegroundChild.RunAsync(ssh, [.. access.Arguments(command.Login, SshProxyVerb.CommandFor(access, wait), options), .. words]);
        log.Dispose();
        // Another process may hold the pipe open.
        await said.Ended.WaitAsync(LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return (exit, said.Text);
    }

    /// <summary>Logs in as root to see whether cloud-init's text is all that there is, and whom it names.</summary>
    private static async Task<string?> WantedUserAsync(string ssh, SshAccess access)
    {
        using var output = Pipe.Create();
        using var said = new StderrTail(OpenFile.Duplicate(output.ReadEnd));
        using var child = ChildProcess.Start(new ChildSpec(ssh, [.. access.Arguments("root", SshProxyVerb.CommandFor(access, wait: null), "-n", "-o", "BatchMode=yes"), "true"])
        {
            StandardOutput = output.WriteEnd,
            StandardError = output.WriteEnd,
        });
        output.Dispose();
        // The text comes at once, the end of the session some seconds later.
        await ((Task)child.Exited).WaitAsync(QuestionTime).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // What it has written may not be read yet.
        await said.Ended.WaitAsync(LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return SshFailure.UserNamedBy(said.Text);
    }
}
