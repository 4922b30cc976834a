using System.Diagnostics;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Qmp.Tests;

/// <summary>The client against the QEMU that is installed.</summary>
public class RealQemuTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task QEMU_greets_answers_and_quits()
    {
        await using var qemu = new QemuProcess();
        await using var client = await qemu.ConnectAsync();
        Assert.InRange(client.Greeting.Version.Major, 7, 99);
        Assert.Contains("oob", client.Greeting.Capabilities);
        Assert.Equal(new QmpStatus(false, "prelaunch"), await client.QueryStatusAsync());
        Assert.Equal("x86_64", Assert.Single(await client.QueryCpusFastAsync()).Target);
        Assert.Contains(await client.QomListAsync("/machine"), property => property.Name == "unattached");
        Assert.StartsWith("pc-q35", (await client.QomGetAsync("/machine", "type")).GetString());
        Assert.Contains("VM status", await client.HumanMonitorCommandAsync("info status"));
        Assert.InRange((await client.QueryQmpSchemaAsync()).GetArrayLength(), 500, 100_000);
        await client.QuitAsync();
        Assert.Equal(QmpEndKind.EndOfStream, (await client.Ended.WaitAsync(Bound)).Kind);
        Assert.Equal(0, await qemu.ExitAsync());
    }

    [Fact]
    public async Task A_refusal_has_QEMUs_message_and_the_connection_stays_usable()
    {
        await using var qemu = new QemuProcess();
        await using var client = await qemu.ConnectAsync();
        Assert.Equal("CommandNotFound", (await Assert.ThrowsAsync<QmpCommandException>(() => client.ExecuteAsync("no-such"))).ErrorClass);
        Assert.Equal("DeviceNotFound", (await Assert.ThrowsAsync<QmpCommandException>(() => client.DeviceDelAsync("nobody"))).ErrorClass);
        // QEMU calls a missing balloon DeviceNotActive.
        Assert.Equal("DeviceNotActive", (await Assert.ThrowsAsync<QmpCommandException>(() => client.QueryBalloonAsync())).ErrorClass);
        var refused = await Assert.ThrowsAsync<QmpCommandException>(() => client.DeviceAddAsync("virtio-rng-pci", "r0"));
        Assert.Contains("pcie.0", refused.Description);
        Assert.False((await client.QueryStatusAsync()).Running);
    }

    [Fact]
    public async Task The_PCI_tree_is_read_with_the_devices_behind_the_ports()
    {
        await using var qemu = new QemuProcess(1,
            "-device", "pcie-root-port,id=port0,bus=pcie.0,addr=10.0,chassis=1,slot=1,multifunction=on",
            "-device", "pcie-root-port,id=port1,bus=pcie.0,addr=10.1,chassis=2,slot=2",
            "-device", "virtio-rng-pci,id=rng0,bus=port1");
        await using var client = await qemu.ConnectAsync();
        // QEMU reports the devices behind a port only after firmware has numbered the buses.
        await client.ContAsync();
        var root = await RootBusAsync(client);
        for (var start = Stopwatch.GetTimestamp(); Port(root).Bridge!.Secondary == 0; root = await RootBusAsync(client))
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Bound, "firmware numbers no bus");
            await Task.Delay(20);
        }

        var empty = root.Devices.Single(device => device.QdevId == "port0");
        var port = Port(root);
        Assert.Equal((0x10, 0, 0x0604), (empty.Slot, empty.Function, empty.Class));
        Assert.Equal((0x10, 1), (port.Slot, port.Function));
        Assert.Empty(empty.Bridge!.Devices);
        var rng = Assert.Single(port.Bridge!.Devices);
        Assert.Equal(("rng0", port.Bridge.Secondary, 0, 0, 0x1af4), (rng.QdevId, rng.Bus, rng.Slot, rng.Function, rng.Vendor));
        Assert.Contains(rng.Regions, region => region.IsMemory && region.Size > 0);
        Assert.Null(rng.Bridge);
        Assert.Contains(root.Devices, device => device.Slot == 0x1f && device.Class == 0x0601);

        static QmpPciDevice Port(QmpPciBus root) => root.Devices.Single(device => device.QdevId == "port1");
        static async Task<QmpPciBus> RootBusAsync(QmpClient client) => Assert.Single(await client.QueryPciAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_disk_is_plugged_in_from_a_passed_descriptor_and_taken_out_without_a_trace(bool outOfBand)
    {
        await using var qemu = new QemuProcess(1, "-device", "pcie-root-port,id=port0,bus=pcie.0,addr=10.0,chassis=1,slot=1,hotplug=on");
        await using var client = await qemu.ConnectAsync(0, new() { OutOfBand = outOfBand });
        using var disk = UnlinkedFile(1 << 20);
        using var events = client.SubscribeTo("DEVICE_DELETED");

        var added = await client.AddFdAsync(disk, opaque: "disk");
        var set = Assert.Single(await client.QueryFdsetsAsync());
        Assert.Equal((added.FdsetId, "disk"), (set.Id, Assert.Single(set.Descriptors).Opaque));
        await client.BlockdevAddAsync("file", "file0", w => w.WriteString("filename", added.Path));
        await client.BlockdevAddAsync("raw", "disk0", w => w.WriteString("file", "file0"));
        // The image stays open in the set's copy, so the set itself may go.
        await client.RemoveFdAsync(added.FdsetId);
        await client.DeviceAddAsync("nvme", "nvme0", "port0", Properties);

        var drive = Assert.Single(await client.QueryBlockAsync(), device => device.Inserted?.NodeName == "disk0");
        Assert.Equal((1L << 20, "raw", false), (drive.Inserted!.VirtualSize, drive.Inserted.Driver, drive.Inserted.ReadOnly));
        Assert.Equal(["disk0", "file0"], (await client.QueryNamedBlockNodesAsync()).Select(node => node.NodeName).Order(StringComparer.Ordinal));
        Assert.Contains(new QmpProperty("nvme0", "child<nvme>"), await client.QomListAsync("/machine/peripheral"));

        // No guest is there to let it go; a reset carries pending removals out.
        await client.DeviceDelAsync("nvme0");
        await client.SystemResetAsync();
        var gone = await events.FirstAsync(e => Text(e, "device") == "nvme0").AsTask().WaitAsync(Bound);
        Assert.NotNull(gone.Timestamp);
        Assert.DoesNotContain(await client.QomListAsync("/machine/peripheral"), child => child.Name == "nvme0");
        // QEMU closes what was removed from a set only while the machine runs.
        await client.ContAsync();
        await client.BlockdevDelAsync("disk0");
        await client.BlockdevDelAsync("file0");
        Assert.Empty(await client.QueryNamedBlockNodesAsync());
        Assert.Empty(await client.QueryFdsetsAsync());

        static void Properties(Utf8JsonWriter writer)
        {
            writer.WriteString("drive", "disk0");
            writer.WriteString("serial", "s0");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Many_descriptors_at_once_each_arrive_in_their_own_set(bool outOfBand)
    {
        await using var qemu = new QemuProcess();
        await using var client = await qemu.ConnectAsync(0, new() { OutOfBand = outOfBand });
        SafeFileHandle[] files = [.. Enumerable.Range(1, 40).Select(n => UnlinkedFile(n * 512))];
        var added = await Task.WhenAll(files.Select(file => client.AddFdAsync(file)));
        for (var n = 0; n < files.Length; n++)
        {
            var node = $"n{n}";
            var path = added[n].Path;
            await client.BlockdevAddAsync("file", node, w => w.WriteString("filename", path));
            files[n].Dispose();
        }

        var sizes = (await client.QueryNamedBlockNodesAsync()).ToDictionary(node => node.NodeName!, node => node.VirtualSize);
        for (var n = 0; n < files.Length; n++)
            Assert.Equal((n + 1) * 512, sizes[$"n{n}"]);
    }

    [Fact]
    public async Task A_named_descriptor_is_given_and_closed()
    {
        await using var qemu = new QemuProcess();
        await using var client = await qemu.ConnectAsync();
        using var file = UnlinkedFile(512);
        await client.GetfdAsync("mine", file);
        await client.ClosefdAsync("mine");
        await Assert.ThrowsAsync<QmpCommandException>(() => client.ClosefdAsync("mine"));
        Assert.False(file.IsClosed);
    }

    [Fact]
    public async Task Killed_in_the_middle_of_calls_it_ends_each_with_the_same_reason()
    {
        await using var qemu = new QemuProcess();
        await using var client = await qemu.ConnectAsync(0, new() { CallTimeout = Timeout.InfiniteTimeSpan });
        using var events = client.Subscribe();
        Task[] calls = [.. Enumerable.Range(0, 500).Select(_ => client.QueryQmpSchemaAsync())];
        await Task.WhenAny(calls);
        qemu.Kill();
        var end = await client.Ended.WaitAsync(Bound);
        Assert.True(end.Kind is QmpEndKind.EndOfStream or QmpEndKind.Truncated, end.ToString());
        var failed = 0;
        foreach (var call in calls)
        {
            var failure = await Record.ExceptionAsync(() => call.WaitAsync(Bound));
            if (failure is not null)
                Assert.Same(end, Assert.IsType<QmpDisconnectedException>(failure).End);
            failed += failure is null ? 0 : 1;
        }

        Assert.InRange(failed, 1, 499);
        await Assert.ThrowsAsync<QmpDisconnectedException>(async () => await events.FirstAsync().AsTask().WaitAsync(Bound));
        Assert.Equal(0, client.InFlight);
    }

    [Fact]
    public async Task Two_monitors_serve_two_clients_and_both_see_the_events()
    {
        await using var qemu = new QemuProcess(monitors: 2);
        await using var one = await qemu.ConnectAsync(0);
        await using var two = await qemu.ConnectAsync(1);
        using var ones = one.SubscribeTo("RESUME", "STOP");
        using var twos = two.SubscribeTo("RESUME", "STOP");
        await one.ContAsync();
        Assert.True((await two.QueryStatusAsync()).Running);
        await two.StopAsync();
        foreach (var stream in new[] { ones, twos })
            Assert.Equal(["RESUME", "STOP"], await stream.Take(2).Select(e => e.Name).ToArrayAsync().AsTask().WaitAsync(Bound));
    }

    [Fact]
    public async Task A_monitor_in_use_times_a_second_client_out_and_serves_it_once_the_first_has_left()
    {
        await using var qemu = new QemuProcess();
        var first = await qemu.ConnectAsync();
        var hasty = new QmpClientOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(300) };
        await Assert.ThrowsAsync<QmpTimeoutException>(() => QmpClient.ConnectAsync(qemu.Socket(), hasty));
        var waiting = QmpClient.ConnectAsync(qemu.Socket());
        await first.QueryStatusAsync();
        await first.DisposeAsync();
        await using var second = await waiting;
        Assert.Equal("prelaunch", (await second.QueryStatusAsync()).Status);
    }

    [Fact]
    public async Task Out_of_band_commands_run_where_it_is_enabled()
    {
        await using var qemu = new QemuProcess();
        await using var client = await qemu.ConnectAsync(0, new() { OutOfBand = true });
        Assert.True(client.OutOfBand);
        var instances = await client.ExecuteAsync("query-yank", null, new() { OutOfBand = true });
        Assert.Equal(JsonValueKind.Array, instances.ValueKind);
        var refused = await Assert.ThrowsAsync<QmpCommandException>(() => client.ExecuteAsync("query-status", null, new() { OutOfBand = true }));
        Assert.Contains("OOB", refused.Description);
    }

    [Fact]
    public async Task Secrets_go_to_it_and_come_back_without_showing_in_the_trace()
    {
        var shown = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using var qemu = new QemuProcess();
        await using var client = await qemu.ConnectAsync(0, new() { Trace = entry => shown.Enqueue(entry.Text) });
        await client.ObjectAddAsync("secret", "s0", w => w.WriteString("data", "S3CRET"));
        Assert.Equal("S3CRET", (await client.QomGetAsync("/objects/s0", "data")).GetString());
        await client.ObjectDelAsync("s0");
        Assert.Contains(shown, text => text.Contains("object-add", StringComparison.Ordinal));
        Assert.DoesNotContain(shown, text => text.Contains("S3CRET", StringComparison.Ordinal));
    }

    private static string? Text(QmpEvent happened, string member) =>
        happened.Data.TryGetProperty(member, out var value) ? value.GetString() : null;

    private static SafeFileHandle UnlinkedFile(long size)
    {
        var path = Path.Combine(Path.GetTempPath(), $"vmspawn-qmp-{Guid.NewGuid()}");
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        RandomAccess.SetLength(file, size);
        return file;
    }
}
