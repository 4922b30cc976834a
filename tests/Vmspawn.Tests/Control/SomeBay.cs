using Vmspawn.Control;
using Vmspawn.Control.Storage;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Qemu;
using Vmspawn.Spec;
using Vmspawn.Supervise;
using Vmspawn.Tests.Qemu;

namespace Vmspawn.Tests.Control;

/// <summary>The disks of a VM whose QEMU is a fake, and files to attach.</summary>
internal sealed class SomeBay : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private SomeBay(FakeQemu qemu, int spares)
    {
        Qemu = qemu;
        var slot = new MonitorSlot();
        slot.Fill(qemu.Monitor);
        var topology = SomeTopology.With(spares);
        var spec = new MachineSpec
        {
            Name = "vm",
            Host = new HostFacts(0, 1, 1 << 30, new RuntimeBase("/run", IsFallback: false), false, false, false),
            Qemu = AllDisks,
            Accelerator = new AcceleratorSpec("tcg", null),
            Cpus = CpuTopology.One,
            Ram = RamSize.Default,
            Console = ConsoleMode.Headless,
        };
        var plan = new VmPlan
        {
            Name = "vm", Program = "/qemu", Arguments = [], Descriptors = [], Topology = topology, Interrupts = InterruptPlan.For(spec, topology), Console = ConsoleMode.Headless,
        };
        Bay = new DiskBay(spec, plan, new MonitorAccess(slot), TimeProvider.System, new VmMessages(Log.Add, Log.Add));
        _ = Bay.FollowAsync(slot.Ready);
    }

    private static QemuFacts AllDisks { get; } = SomeQemu.Facts with
    {
        Drivers = new Dictionary<string, string>
        {
            ["virtio-blk-pci"] = "PCI", ["nvme"] = "PCI", ["scsi-hd"] = "SCSI", ["scsi-cd"] = "SCSI", ["virtio-scsi-pci"] = "PCI",
        },
    };

    public FakeQemu Qemu { get; }

    public DiskBay Bay { get; }

    public List<string> Log { get; } = [];

    public int FreePorts => Bay.Ports.Rows.Count(row => row.State is Vmspawn.Control.Ports.PortState.Free);

    public static async Task<SomeBay> StartAsync(int spares = 10) => new(await FakeQemu.StartAsync(), spares);

    /// <summary>Attaches a file of that name.</summary>
    public async Task<StorageEntry> AttachAsync(string name, string type = "virtio-blk", bool? readOnly = null, string? file = null)
    {
        var path = _directory[file ?? name];
        if (!File.Exists(path))
            File.WriteAllBytes(path, new byte[4096]);
        using var opened = OpenFile.Open(path, writable: true);
        return await Bay.Attach.AttachAsync(new AttachWish(name, type, readOnly, path), opened);
    }

    public Task<bool> DetachAsync(string name, double seconds = 30) =>
        Bay.Detach.DetachAsync(name, wait: true, TimeSpan.FromSeconds(seconds));

    /// <summary>Lets the guest let go of everything it is asked for.</summary>
    public void ObeyRemovals() => Qemu.Judge = async (command, arguments) =>
    {
        if (command == "device_del")
            await Qemu.SayAsync("DEVICE_DELETED", arguments.GetProperty("id").GetString()!);
        return null;
    };

    public async ValueTask DisposeAsync()
    {
        Bay.Dispose();
        await Qemu.DisposeAsync();
        _directory.Dispose();
    }
}
