using System.Collections.Concurrent;
using Vmspawn.Control;
using Vmspawn.Control.Storage;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Qemu;
using Vmspawn.Spec;
using Vmspawn.Supervise;
using Vmspawn.Tests.Qemu;

namespace Vmspawn.Tests.Control;

/// <summary>The disks of a VM whose QEMU is a fake, and files to attach.</summary>
internal sealed class SomeDisks : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private readonly MonitorSlot _slot = new();

    private SomeDisks(FakeQemu qemu, int spares, TimeProvider clock, MachineSpec spec)
    {
        Qemu = qemu;
        _slot.Fill(qemu.Monitor);
        var topology = SomeTopology.With(spares);
        var plan = new VmPlan
        {
            Name = "vm", Program = "/qemu", Arguments = [], Descriptors = [], Topology = topology, Interrupts = InterruptPlan.For(Spec, topology), Console = ConsoleMode.Headless,
        };
        Disks = new DiskHotplug(spec, plan, new MonitorAccess(_slot), clock, new VmMessages(Log.Enqueue, Log.Enqueue));
    }

    /// <summary>A VM without disks.</summary>
    public static MachineSpec Spec { get; } = new()
    {
        Name = "vm",
        Host = new HostFacts(0, 1, 1 << 30, new RuntimeBase("/run", IsFallback: false), false, false, false),
        Qemu = AllDisks,
        Accelerator = new AcceleratorSpec("tcg", null),
        Cpus = CpuTopology.One,
        Ram = RamSize.Default,
        Console = ConsoleMode.Headless,
    };

    private static QemuFacts AllDisks => SomeQemu.Facts with
    {
        Drivers = new Dictionary<string, string>
        {
            ["virtio-blk-pci"] = "PCI", ["nvme"] = "PCI", ["scsi-hd"] = "SCSI", ["scsi-cd"] = "SCSI", ["virtio-scsi-pci"] = "PCI",
        },
    };

    public FakeQemu Qemu { get; }

    public DiskHotplug Disks { get; }

    public ConcurrentQueue<string> Log { get; } = [];

    public int FreePorts => Disks.Ports.Rows.Count(row => row.State is Vmspawn.Control.Ports.PortState.Free);

    public static async Task<SomeDisks> StartAsync(int spares = 10, TimeProvider? clock = null, MachineSpec? spec = null) =>
        new(await FakeQemu.StartAsync(), spares, clock ?? TimeProvider.System, spec ?? Spec);

    /// <summary>Attaches a file of that name.</summary>
    public Task<StorageEntry> AttachAsync(string name, string type = "virtio-blk", bool? readOnly = null, string? file = null) =>
        AttachAsync(new AttachRequest(name, type, readOnly, _directory[file ?? name]));

    /// <inheritdoc cref="AttachAsync(string, string, bool?, string?)"/>
    public async Task<StorageEntry> AttachAsync(AttachRequest request, bool writable = true)
    {
        var path = request.Path!;
        if (!File.Exists(path))
            File.WriteAllBytes(path, new byte[4096]);
        return await Disks.Attach.AttachAsync(request, OpenFile.Open(path, writable));
    }

    /// <summary>Writes a file.</summary>
    /// <returns>Its path.</returns>
    public string Put(string name, byte[] content)
    {
        File.WriteAllBytes(_directory[name], content);
        return _directory[name];
    }

    /// <summary>Writes an empty qcow2 image.</summary>
    /// <returns>Its path.</returns>
    public string PutQcow2(string name, long virtualSize)
    {
        using var file = File.OpenHandle(_directory[name], FileMode.Create, FileAccess.ReadWrite);
        QcowOverlay.Write(file, virtualSize);
        return _directory[name];
    }

    /// <summary>Puts a file behind a disk.</summary>
    public Task<StorageEntry> ReplaceAsync(string name, string path, bool writable = true, string? format = null) =>
        Disks.Replace.ReplaceAsync(name, OpenFile.Open(path, writable), path, format);

    public Task<bool> DetachAsync(string name, double seconds = 30) =>
        Disks.Detach.DetachAsync(name, wait: true, TimeSpan.FromSeconds(seconds));

    /// <summary>Makes the guest release every device that is requested.</summary>
    public void ObeyRemovals() => Qemu.Judge = async (command, arguments) =>
    {
        if (command == "device_del")
            await Qemu.SayAsync("DEVICE_DELETED", arguments.GetProperty("id").GetString()!);
        return null;
    };

    /// <summary>Waits for an effect of QEMU's events, for at most 5 s.</summary>
    public static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition());
    }

    public async ValueTask DisposeAsync()
    {
        await Qemu.DisposeAsync();
        await Disks.DisposeAsync();
        _directory.Dispose();
    }
}
