using Vmspawn;
using Vmspawn.Options;

namespace OwnedMachine;

/// <summary>The life of one machine; each step prints a line.</summary>
internal static class Walk
{
    /// <summary>A guest under emulation on a busy host.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(4);

    public static async Task<int> RunAsync(string name, string kernel, string initrd, string disk)
    {
        var planning = await VmPlanning.OfAsync(Options(name, kernel, initrd));
        foreach (var problem in planning.Problems)
            await Console.Error.WriteLineAsync(problem.ToString());
        Console.WriteLine($"planned {planning.Require().Topology.Ports.Count} ports");

        await using var machine = await VirtualMachine.StartAsync(planning);
        Console.WriteLine($"started {machine.Name}");
        await machine.Console.WaitForAsync("# ", Bound);
        Console.WriteLine("the guest has a shell");

        var attached = await machine.Disks.AttachAsync("data", disk, DiskType.Nvme);
        await machine.Console.SendAsync("until [ -e /sys/block/nvme0n1 ]; do sleep 0.2; done; echo sectors $(cat /sys/block/nvme0n1/size)\n");
        await machine.Console.WaitForAsync($"sectors {attached.Size / 512}", Bound);
        Console.WriteLine("the guest has the disk");

        var system = await machine.Guest.ShellAsync("uname -s");
        Console.WriteLine($"the guest runs {system}");
        await machine.Guest.CopyInAsync(disk, "/in");
        var back = $"{disk}.back";
        await machine.Guest.CopyOutAsync("/in", back);
        var (sent, received) = (await File.ReadAllBytesAsync(disk), await File.ReadAllBytesAsync(back));
        Console.WriteLine($"copied: {sent.AsSpan().SequenceEqual(received)}");
        File.Delete(back);

        await machine.Console.SendAsync("poweroff -f\n");
        var exit = await machine.Exited.WaitAsync(Bound);
        Console.WriteLine($"ended with status {exit.Status}");
        return exit.Status;
    }

    private static VmOptions Options(string name, string kernel, string initrd) => new()
    {
        Machine = name,
        Scope = RuntimeScope.User,
        Firmware = FirmwareKind.None,
        Linux = kernel,
        Initrds = [initrd],
        KernelArguments = ["no_timer_check", "quiet", "vmtest=commands,shell"],
        Kvm = Tristate.No,
        Tpm = Tristate.No,
        Vsock = new VsockRequest(VsockMode.No, null),
    };
}
