using System.Text;
using CsCheck;
using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class QemuFactsJsonTests
{
    private static readonly BinaryStamp Stamp = new("/usr/bin/qemu-system-x86_64", 123, 456, 789);

    [Fact]
    public void What_is_written_is_read_back()
    {
        var facts = Facts();
        var read = QemuFactsReader.Read(QemuFactsJson.Write(facts, Stamp), Stamp)!;
        Assert.Equal((facts.Path, facts.Version, true, true), (read.Path, read.Version, read.HasSandbox, read.HasIoUring));
        Assert.Equal(facts.Drivers.OrderBy(d => d.Key), read.Drivers.OrderBy(d => d.Key));
        Assert.True(facts.Machines.SetEquals(read.Machines));
        Assert.Equal(facts.MachineAliases, read.MachineAliases);
        Assert.Equal(["/usr/share/qemu", "/a"], read.DataDirectories);
        Assert.True(facts.Accelerators.SetEquals(read.Accelerators));
    }

    [Fact]
    public void Facts_of_another_version_of_the_binary_are_not_used()
    {
        var json = QemuFactsJson.Write(Facts(), Stamp);
        Assert.Null(QemuFactsReader.Read(json, Stamp with { Path = "/opt/qemu" }));
        Assert.Null(QemuFactsReader.Read(json, Stamp with { Size = 1 }));
        Assert.Null(QemuFactsReader.Read(json, Stamp with { Modified = 1 }));
        Assert.Null(QemuFactsReader.Read(json, Stamp with { Inode = 1 }));
        Assert.Null(QemuFactsReader.Read(json, Stamp with { Modules = 1 }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"form\":\"1\"}")]
    [InlineData("{\"drivers\":[]}")]
    public void Foreign_json_is_not_taken(string json) => Assert.Null(QemuFactsReader.Read(Encoding.UTF8.GetBytes(json), Stamp));

    [Fact]
    public void A_cut_file_is_never_taken()
    {
        var json = QemuFactsJson.Write(Facts(), Stamp);
        for (var length = 0; length < json.Length; length++)
            Assert.Null(QemuFactsReader.Read(json.AsSpan(0, length), Stamp));
    }

    [Fact]
    public void A_damaged_file_is_read_or_refused_but_never_a_crash()
    {
        var json = QemuFactsJson.Write(Facts(), Stamp);
        Gen.Select(Gen.Int[0, json.Length - 1], Gen.Byte).Array[1, 6].Sample(damage =>
        {
            var copy = json.ToArray();
            foreach (var (at, value) in damage)
                copy[at] = value;
            _ = QemuFactsReader.Read(copy, Stamp);
        });
    }

    private static QemuFacts Facts() => new()
    {
        Path = Stamp.Path,
        Version = new QemuVersion(10, 2, 1),
        Drivers = new Dictionary<string, string> { ["nvme"] = "PCI", ["scsi-hd"] = "SCSI", ["loader"] = "" },
        MachineAliases = new Dictionary<string, string> { ["q35"] = "pc-q35-7.2" },
        DataDirectories = ["/usr/share/qemu", "/a"],
        Machines = new HashSet<string> { "q35", "pc" },
        Accelerators = new HashSet<string> { "tcg", "kvm" },
        Objects = new HashSet<string> { "monitor-qmp", "rng-builtin" },
        Displays = new HashSet<string> { "gtk", "none" },
        Chardevs = new HashSet<string> { "socket", "qemu-vdagent" },
        HasVnc = true,
        HasSandbox = true,
        HasIoUring = true,
    };
}
