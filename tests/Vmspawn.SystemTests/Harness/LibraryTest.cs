using Vmspawn.Options;
using Vmspawn.Testing;

namespace Vmspawn.SystemTests.Harness;

/// <summary>A test with machines that its own process owns.</summary>
public abstract class LibraryTest : VmTest
{
    private protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected VmOptions Disk(string? image) => new()
    {
        Machine = Scratch.Mark,
        Scope = RuntimeScope.User,
        Image = image,
        Kvm = Tristate.No,
        Firmware = FirmwareKind.Bios,
        ConsoleTransport = ConsoleTransport.Serial,
        Tpm = Tristate.No,
        Vsock = new VsockRequest(VsockMode.No, null),
    };

    private protected VmOptions Linux(string words) => Disk(null) with
    {
        Firmware = FirmwareKind.None,
        Linux = Prepared.Kernel,
        Initrds = [Prepared.Initrd],
        KernelArguments = ["no_timer_check", "quiet", $"vmtest={words}"],
        ConsoleTransport = ConsoleTransport.Virtio,
    };

    private protected async Task<VirtualMachine> Start(QemuKind qemu, VmOptions options, HostIntegration integration = HostIntegration.None, CancellationToken? cancel = null)
    {
        var planning = await VmPlanning.OfAsync(options, Environment(qemu), cancel ?? Cancel);
        return await VirtualMachine.StartAsync(planning, new VmStartOptions { Integration = integration }, cancel ?? Cancel);
    }

    /// <summary>A guest that serves commands, for tests that are not about its boot: it was booted once for all of them, also of earlier runs.</summary>
    private protected async Task<TestVm> StartRestored(QemuKind qemu)
    {
        var guest = Linux("commands,shell");
        var machine = new TestMachine(VmImage.Kernel(Prepared.Kernel, [Prepared.Initrd], guest.KernelArguments))
        {
            Configure = options => guest with { Machine = options.Machine },
            Ready = GuestWait.Channel,
        };
        return await machine.StartAsync(new TestStartOptions { Label = Scratch.Mark, Environment = Environment(qemu) }, Cancel);
    }

    private protected VmEnvironment Environment(QemuKind qemu)
    {
        var variables = TestEnvironment.For(Scratch, qemu);
        return new VmEnvironment { Variable = name => variables.GetValueOrDefault(name) };
    }

    /// <summary>The Debian guest, whose systemd gets units by credential.</summary>
    private protected VmOptions Debian() => Disk(DebianGuest.Overlay(Scratch)) with
    {
        ImageFormat = ImageFormat.Qcow2,
        Firmware = FirmwareKind.None,
        Linux = DebianGuest.Kernel,
        Initrds = [DebianGuest.Initrd],
        KernelArguments = DebianGuest.KernelArguments,
        Console = ConsoleMode.ReadOnly,
        ConsoleTransport = ConsoleTransport.Virtio,
        Ram = new RamSize(1L << 30),
    };
}
