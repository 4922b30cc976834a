using System.Text;

namespace Vmspawn.SystemTests.Harness;

internal sealed record GuestPci(string Address, int Class, string Id, string Driver);

internal sealed record GuestBlock(string Name, string Pci, long Sectors, bool ReadOnly, string Serial);

internal sealed record GuestNet(string Name, string Pci, string Mac);

/// <summary>What the test guest's word <c>report</c> printed; see tests/guests/init.</summary>
internal sealed record GuestReport
{
    public IReadOnlyList<GuestPci> Pci { get; private init; } = [];

    public IReadOnlyList<GuestBlock> Blocks { get; private init; } = [];

    public IReadOnlyList<GuestNet> Nets { get; private init; } = [];

    public IReadOnlyList<string> Consoles { get; private init; } = [];

    public IReadOnlyList<byte[]> Smbios11 { get; private init; } = [];

    public string CommandLine { get; private init; } = "";

    public string Uuid { get; private init; } = "";

    public int Cpus { get; private init; }

    public long MemoryKib { get; private init; }

    /// <summary>The addresses of all that the guest enumerated, sorted.</summary>
    public string[] Addresses => [.. Pci.Select(device => device.Address).Order(StringComparer.Ordinal)];

    public GuestBlock Block(string serial) => Assert.Single(Blocks, block => block.Serial == serial);

    /// <summary>The last complete report in a console's text.</summary>
    public static GuestReport In(string console)
    {
        var end = console.LastIndexOf("vmtest: report ends", StringComparison.Ordinal);
        var start = end < 0 ? -1 : console.LastIndexOf("vmtest: report begins", end, StringComparison.Ordinal);
        Assert.True(start >= 0, "the guest did not report; its console:\n" + console);
        var lines = console[start..end].Split('\n').Select(line => line.Split(' ', 2)).Where(parts => parts.Length == 2)
            .ToLookup(parts => parts[0], parts => parts[1]);
        return new GuestReport
        {
            Pci = [.. lines["pci"].Select(line => Words(line, 4)).Select(words => new GuestPci(
                words[0], Convert.ToInt32(words[1], 16), words[2].ToLowerInvariant(), words[3]))],
            Blocks = [.. lines["block"].Select(line => Words(line, 5)).Select(words => new GuestBlock(
                words[0], words[1], long.Parse(words[2]), words[3] == "1", words[4]))],
            Nets = [.. lines["net"].Select(line => Words(line, 3)).Select(words => new GuestNet(words[0], words[1], words[2]))],
            Consoles = [.. lines["console"]],
            Smbios11 = [.. lines["smbios11"].Select(Convert.FromBase64String)],
            CommandLine = lines["cmdline"].Single(),
            Uuid = lines["uuid"].Single(),
            Cpus = int.Parse(lines["cpus"].Single()),
            MemoryKib = long.Parse(lines["memory-kib"].Single()),
        };
    }

    /// <summary>The strings of SMBIOS type 11 (DSP0134, 7.12): after the formatted part, each ended by NUL.</summary>
    public string[] OemStrings() =>
        [.. Smbios11.SelectMany(raw => Encoding.UTF8.GetString(raw, raw[1], raw.Length - raw[1])
            .Split('\0', StringSplitOptions.RemoveEmptyEntries))];

    /// <summary>"NAME key=value key=value": the name and the values; the last one may hold blanks.</summary>
    private static string[] Words(string line, int count)
    {
        var words = line.Split(' ', count);
        return [words[0], .. words[1..].Select(word => word[(word.IndexOf('=') + 1)..])];
    }
}
