using Vmspawn.Cli.Control.Client;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Linux;
using Vmspawn.Ssh;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn ssh</c>: determines how to reach the guest and executes ssh(1).</summary>
internal static class SshRun
{
    public static async Task<string?> RunAsync(SshCommand command, RunningMachines machines, string? self = null)
    {
        var access = await FindAsync(command, machines);
        var words = command.Words is ["--", ..] ? command.Words.Skip(1) : command.Words;
        if (SshProgram.Find(Environment.GetEnvironmentVariable) is not { } ssh)
            throw new MachineException("ssh-missing", command.Name, $"{(Environment.GetEnvironmentVariable(SshProgram.Variable) is { Length: > 0 } given ? given : "ssh")} is not installed", "install it (Debian: openssh-client)");
        var arguments = access.Arguments(self ?? Environment.ProcessPath!, command.Login);
        throw Executable.Become(ssh, [.. arguments, .. words]);
    }

    private static async Task<SshAccess> FindAsync(SshCommand command, RunningMachines machines)
    {
        await using var machine = await machines.OpenAsync(command.Name);
        if (!machine.IsOurs)
            throw new MachineException("not-offered", command.Name, $"its server, {machine.Server}, does not report how to connect by SSH");
        var facts = await MachineFacts.AskAsync(machine);
        return facts.Ssh
            ?? throw new MachineException(
                "ssh-no-way", command.Name, "there is no way in for ssh", "start it with a vsock or --network-user-mode, and without --pass-ssh-key=no");
    }
}
