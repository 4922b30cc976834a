using CsCheck;
using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class QemuHelpTextTests
{
    [Theory]
    [InlineData("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18+b3)\nCopyright", "7.2.22")]
    [InlineData("QEMU emulator version 10.0.2 (qemu-10.0.2-1.fc43)", "10.0.2")]
    [InlineData("QEMU emulator version 11.1.50 (v11.1.0-1234-gabc)", "11.1.50")]
    [InlineData("QEMU emulator version 12.0", "12.0.0")]
    public void The_version_is_read(string text, string version) =>
        Assert.Equal(version, QemuHelpText.Version(text)!.Value.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("qemu: unknown option")]
    [InlineData("version x.y")]
    [InlineData("version 99999999999999.1")]
    public void Text_without_a_version_has_none(string text) => Assert.Null(QemuHelpText.Version(text));

    [Fact]
    public void Drivers_are_listed_with_their_bus_and_alias()
    {
        const string Text = """
            Storage devices:
            name "nvme", bus PCI, desc "Non-Volatile Memory Express"
            name "virtio-blk-pci", bus PCI, alias "virtio-blk"
            name "scsi-hd", bus SCSI, desc "virtual SCSI disk, bus PCI"
            name "loader", desc "Generic Loader"

            Misc devices:
            """;
        var drivers = QemuHelpText.Drivers(Text);
        Assert.Equal(
            ["loader=", "nvme=PCI", "scsi-hd=SCSI", "virtio-blk-pci=PCI", "virtio-blk=PCI"],
            drivers.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Headlines_are_no_names() =>
        Assert.Equal(["pc", "q35"], QemuHelpText.Names("Supported machines are:\npc      Standard PC\nq35     Other (default)\n").Order(StringComparer.Ordinal));

    [Fact]
    public void Any_text_is_read_without_a_fault() =>
        Gen.String[Gen.Char["nameqv \",busi.-=[]0\n"], 0, 200].Sample(text =>
        {
            _ = QemuHelpText.Version(text);
            _ = QemuHelpText.Names(text);
            return QemuHelpText.Drivers(text).Keys.All(name => name.Length > 0);
        });

    [Fact]
    public void Aliases_of_machine_types_are_found()
    {
        const string Text = """
            Supported machines are:
            microvm              microvm (i386)
            q35                  Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-7.2)
            pc-q35-7.2           Standard PC (Q35 + ICH9, 2009)
            """;
        Assert.Equal(new Dictionary<string, string> { ["q35"] = "pc-q35-7.2" }, QemuHelpText.Aliases(Text));
    }

    [Fact]
    public void Directories_are_absolute_and_each_is_named_once() =>
        Assert.Equal(
            ["/usr/share/qemu", "/usr/lib/ipxe/qemu"],
            QemuHelpText.Directories("/usr/share/qemu\n/usr/bin/../share/qemu\n./here\n/usr/lib/ipxe/qemu\n"));
}
