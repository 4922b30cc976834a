using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>QEMU's <c>-smp</c> string, <c>[cpus=]N[,maxcpus=N][,sockets=N]…</c>, checked by QEMU's rules.</summary>
/// <remarks>The rules are those of machine_parse_smp_config in QEMU 6.2 and later: missing levels are 1, except that cores, then sockets,
/// then threads default to the rest of maxcpus; the product of all levels must be maxcpus.</remarks>
internal static class CpusText
{
    /// <summary>The largest CPU count of any QEMU machine type.</summary>
    public const int Most = 4096;

    private const string Usage = "write it like 4 or 4,sockets=2,cores=2,threads=1";

    private static readonly string[] Keys =
        ["cpus", "maxcpus", "drawers", "books", "sockets", "dies", "clusters", "modules", "cores", "threads"];

    /// <summary>Parses the topology; <see cref="CpuTopology.Smp"/> is the text as given.</summary>
    public static Parsed<CpuTopology> Parse(string text)
    {
        var given = new Dictionary<string, int>();
        var parts = text.Split(',');
        for (var i = 0; i < parts.Length; i++)
        {
            if (AddPart(given, parts[i], isFirst: i == 0) is { } mistake)
                return mistake;
        }

        var cpus = Count(given);
        return cpus.Mistake is { } contradiction ? contradiction : new CpuTopology(cpus.Value, text);
    }

    private static Mistake? AddPart(Dictionary<string, int> given, string part, bool isFirst)
    {
        var equals = part.IndexOf('=');
        if (equals < 0 && !isFirst)
            return new Mistake("cpus", $"\"{part}\" has no name", Usage);
        var key = equals < 0 ? "cpus" : part[..equals];
        if (!Keys.Contains(key))
            return new Mistake("cpus-key", $"\"{key}\" is no part of a CPU topology", $"QEMU knows {string.Join(", ", Keys)}");
        var count = CountText.Parse(part[(equals + 1)..], 1, Most);
        if (count.Mistake is { } mistake)
            return mistake with { Code = "cpus", Text = $"{key}: {mistake.Text}" };
        return given.TryAdd(key, count.Value) ? null : new Mistake("cpus-twice", $"{key} is given twice", "give each part once");
    }

    private static Parsed<int> Count(Dictionary<string, int> given)
    {
        // Eight levels of 4096 are 2^96.
        UInt128 Level(string key) => (UInt128)given.GetValueOrDefault(key, 1);

        var product = Level("drawers") * Level("books") * Level("dies") * Level("clusters") * Level("modules")
            * Level("sockets") * Level("cores") * Level("threads");
        var cpus = given.GetValueOrDefault("cpus");
        var total = given.GetValueOrDefault("maxcpus", cpus);
        if (total == 0)
            return product <= Most ? (int)product : Contradiction(product, $"at most {Most}");
        if (cpus > total)
            return new Mistake("cpus-max", $"{cpus} CPUs are more than maxcpus={total}", "maxcpus is the number including those to plug in later");

        // A missing level takes the rest of maxcpus; when all three are given, the product must match.
        var open = !given.ContainsKey("cores") || !given.ContainsKey("sockets") || !given.ContainsKey("threads");
        var fits = open ? (UInt128)total % product == 0 : (UInt128)total == product;
        return fits ? (cpus == 0 ? total : cpus) : Contradiction(product, $"{total}");
    }

    private static Mistake Contradiction(UInt128 product, string wanted) =>
        new("cpus-product", $"the parts make {product}, which does not give {wanted} CPUs", "the product of all parts must be maxcpus, or the number of CPUs without it");
}
