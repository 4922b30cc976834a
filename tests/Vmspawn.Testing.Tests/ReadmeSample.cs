namespace Vmspawn.Testing.Tests;

/// <summary>The README's code is compiled here; the system tests start machines in this way.</summary>
public static class ReadmeSample
{
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        // <readme>
        var machine = new TestMachine(VmImage.File("debian.qcow2"))
        {
            Prepare = async (vm, cancel) => await vm.Guest.ShellAsync("apt-get -qy install nginx-light", cancel),
            PrepareKey = "nginx 1",
        };

        // The first start boots and prepares it; each further one, in any process, takes a second or two.
        await using var vm = await machine.StartAsync(cancellationToken: cancellationToken);
        await vm.Guest.WaitAsync(GuestWait.Port(80), cancellationToken: cancellationToken);
        await vm.ResetAsync(cancellationToken);
        // </readme>
    }
}
