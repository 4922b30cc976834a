using CsCheck;
using Vmspawn.Boot;
using Vmspawn.Versions;

namespace Vmspawn.Tests.Boot;

public class BootEntryTests
{
    private const string Debian = """
        # Made by kernel-install
        title      Debian GNU/Linux 13 (trixie)
        version    6.12.57+deb13-amd64
        machine-id 6a9857a393724b7a981ebb5b8495b9ea
        sort-key   debian
        options    root=UUID=6d3376e4-fc93-4509-95ec-a21d68011da2 rw
        options    quiet
        architecture x64
        linux      /6a9857a393724b7a981ebb5b8495b9ea/6.12.57+deb13-amd64/linux
        initrd     /6a9857a393724b7a981ebb5b8495b9ea/microcode
        initrd	/6a9857a393724b7a981ebb5b8495b9ea/6.12.57+deb13-amd64/initrd.img
        """;

    [Fact]
    public void An_entry_of_kernel_install_is_read()
    {
        var entry = TextEntry.Parse("debian-6.12+3-1.conf", Debian)!;
        Assert.Equal("debian-6.12.conf", entry.Id);
        Assert.Equal(new BootCounter(3, 1), entry.Counter);
        Assert.Equal("/6a9857a393724b7a981ebb5b8495b9ea/6.12.57+deb13-amd64/linux", entry.Kernel);
        Assert.Equal(["/6a9857a393724b7a981ebb5b8495b9ea/microcode", "/6a9857a393724b7a981ebb5b8495b9ea/6.12.57+deb13-amd64/initrd.img"], entry.Initrds);
        Assert.Equal("root=UUID=6d3376e4-fc93-4509-95ec-a21d68011da2 rw quiet", entry.Options);
        Assert.Equal(
            ("Debian GNU/Linux 13 (trixie)", "6.12.57+deb13-amd64", "debian", "6a9857a393724b7a981ebb5b8495b9ea", "x64"),
            (entry.Title, entry.Version, entry.SortKey, entry.MachineId, entry.Machine));
    }

    [Theory]
    [InlineData("x.conf", "title No kernel\noptions quiet")]
    [InlineData("x.conf", "linux")]
    [InlineData("x.conf", "#linux /vmlinuz")]
    [InlineData("x.conf", "efi /shellx64.efi")]
    [InlineData("x.conf.bak", "linux /vmlinuz")]
    public void An_entry_that_starts_no_kernel_is_ignored(string name, string text) => Assert.Null(TextEntry.Parse(name, text));

    [Theory]
    [InlineData("a+3", "a", 3u, 0u)]
    [InlineData("a+3-1", "a", 3u, 1u)]
    [InlineData("6.12+deb+0-9", "6.12+deb", 0u, 9u)]
    public void A_boot_counter_is_taken_off_the_name(string name, string rest, uint left, uint done)
    {
        Assert.Equal(new BootCounter(left, done), BootCounter.Take(ref name));
        Assert.Equal(rest, name);
    }

    [Theory]
    [InlineData("6.12+deb13")]
    [InlineData("a+")]
    [InlineData("+3")]
    [InlineData("a+3-")]
    [InlineData("a+-3")]
    [InlineData("a+99999999999")]
    public void A_plus_that_begins_no_boot_counter_belongs_to_the_name(string name)
    {
        var rest = name;
        Assert.Null(BootCounter.Take(ref rest));
        Assert.Equal(name, rest);
    }

    [Fact]
    public void The_best_entry_is_first()
    {
        BootEntry[] best =
        [
            Text("u", kind: BootEntryKind.Unified),
            Text("b", "debian", "6.12", machineId: "1"),
            Text("a", "debian", "6.9", machineId: "1"),
            Text("d", "debian", "6.13", machineId: "2"),
            Text("c", "fedora", "7"),
            Text("linux-6.10"),
            Text("linux-6.9", counter: new BootCounter(3, 0)),
            Text("linux-6.9", counter: new BootCounter(2, 1)),
            Text("bad-9", kind: BootEntryKind.Unified, counter: new BootCounter(0, 3)),
        ];
        Gen.Shuffle(best).Sample(shuffled =>
            shuffled.Order(BootEntryOrder.Best).Select(entry => entry.Id + entry.Counter).SequenceEqual(best.Select(entry => entry.Id + entry.Counter)));
    }

    [Fact]
    public void Any_text_is_an_entry_or_none() => Gen.String.Sample(text => _ = TextEntry.Parse("a.conf", text));

    [Fact]
    public void A_damaged_entry_is_an_entry_or_none() => Damage.To(System.Text.Encoding.UTF8.GetBytes(Debian)).Sample(bytes =>
        TextEntry.Parse("a.conf", System.Text.Encoding.UTF8.GetString(bytes)) is null or { Kernel.Length: > 0 });

    [Fact]
    public void Quotes_and_escapes_of_os_release_are_resolved()
    {
        var values = OsRelease.Parse("NAME=Debian\n# VERSION=0\nVERSION=\"13 (\\\"trixie\\\")\"\nID='debian'\n\nnothing\nEMPTY=\n");
        Assert.Equal(("Debian", "13 (\"trixie\")", "debian", ""), (values["NAME"], values["VERSION"], values["ID"], values["EMPTY"]));
        Assert.Equal(4, values.Count);
    }

    [Fact]
    public void Any_os_release_is_read() => Gen.String.Sample(text => _ = OsRelease.Parse(text));

    private static BootEntry Text(
        string id, string? sortKey = null, string? version = null, string? machineId = null, BootEntryKind kind = BootEntryKind.Text, BootCounter? counter = null) =>
        new() { Kind = kind, Id = id, Kernel = "/k", SortKey = sortKey, Version = version, MachineId = machineId, Counter = counter };
}
