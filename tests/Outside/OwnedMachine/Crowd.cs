using Vmspawn;
using Vmspawn.Options;

namespace OwnedMachine;

/// <summary>Many machines of one process, which runs until it is killed.</summary>
internal static class Crowd
{
    public static async Task<int> RunAsync(string name, int count, string image)
    {
        var machines = await Task.WhenAll(Enumerable.Range(0, count).Select(number => StartAsync($"{name}-{number}", image, number)));
        Console.WriteLine($"{machines.Length} machines run");
        var first = await Task.WhenAny(machines.Select(machine => machine.Exited));
        await Console.Error.WriteLineAsync($"a machine has ended: {await first}");
        return 1;
    }

    /// <summary>Every second one has a control socket, and every fifth a TPM, which is a program beside QEMU.</summary>
    private static async Task<VirtualMachine> StartAsync(string name, string image, int number)
    {
        var options = new VmOptions
        {
            Machine = name,
            Scope = RuntimeScope.User,
            Image = image,
            Ephemeral = true,
            Firmware = FirmwareKind.Bios,
            Ram = new RamSize(64 << 20),
            Networks = [NetworkMode.User],
            SshKey = new SshKeyRequest(true, SshKeyRequest.DefaultType),
            ConsoleTransport = ConsoleTransport.Serial,
            Kvm = Tristate.No,
            Tpm = number % 5 == 0 ? Tristate.Yes : Tristate.No,
            Vsock = new VsockRequest(VsockMode.No, null),
        };
        var how = new VmStartOptions { Integration = number % 2 == 0 ? HostIntegration.None : HostIntegration.ControlSocket };
        return await VirtualMachine.StartAsync(options, how);
    }
}
