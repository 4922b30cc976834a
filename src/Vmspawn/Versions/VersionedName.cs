using System.Collections.Frozen;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Vmspawn.Versions;

/// <summary>The variable part of a file name in a versioned directory: <c>VERSION[_ARCHITECTURE][+LEFT[-DONE]]</c>.</summary>
/// <remarks>systemd.v(7).</remarks>
/// <param name="Version">The version; never empty.</param>
/// <param name="Machine">The architecture by systemd's name; null for any.</param>
/// <param name="Counter">The boot counter; null for a version that is known to be good.</param>
internal sealed record VersionedName(string Version, string? Machine, BootCounter? Counter)
{
    private const string Native = "native";

    // The architectures of ConditionArchitecture= in systemd.unit(5).
    private static readonly FrozenSet<string> Machines = FrozenSet.Create(
        "x86", "x86-64", "ppc", "ppc-le", "ppc64", "ppc64-le", "ia64", "parisc", "parisc64", "s390", "s390x", "sparc", "sparc64",
        "mips", "mips-le", "mips64", "mips64-le", "alpha", "arm", "arm-be", "arm64", "arm64-be", "sh", "sh64", "m68k", "tilegx", "cris",
        "arc", "arc-be", "riscv32", "riscv64", "loongarch64", Native);

    /// <summary>Parses it; null when it is invalid.</summary>
    public static VersionedName? Parse(string text)
    {
        var counter = BootCounter.Take(ref text);
        // A malformed counter makes the name invalid, as in systemd.
        if (text.Length == 0 || text.Contains('+', StringComparison.Ordinal))
            return null;
        var underscore = text.LastIndexOf('_');
        return underscore > 0 && Machines.Contains(text[(underscore + 1)..])
            ? new VersionedName(text[..underscore], text[(underscore + 1)..], counter)
            : new VersionedName(text, null, counter);
    }

    /// <summary>How well it matches a guest: 0 not at all; then, ascending, any architecture, a compatible one, the guest's own.</summary>
    public int Fit(Architecture guest) => (Machine, guest) switch
    {
        (Native, _) or ("x86-64", Architecture.X64) or ("arm64", Architecture.Arm64) or ("riscv64", Architecture.RiscV64) => 3,
        (null, _) => 1,
        ("x86", Architecture.X64) => 2,
        _ => 0,
    };

    /// <summary>Greater than 0 when this one is preferred.</summary>
    public int Compare(VersionedName other, Architecture guest)
    {
        int[] order =
        [
            MayBeTried.CompareTo(other.MayBeTried),
            VersionOrder.Compare(Version, other.Version),
            Fit(guest).CompareTo(other.Fit(guest)),
            (Counter?.TriesLeft ?? long.MaxValue).CompareTo(other.Counter?.TriesLeft ?? long.MaxValue),
            (other.Counter?.TriesDone ?? 0).CompareTo(Counter?.TriesDone ?? 0),
        ];
        return Array.Find(order, part => part != 0);
    }

    private bool MayBeTried => Counter is not { TriesLeft: 0 };
}

/// <summary>The boot counter in the file name of an entry: <c>NAME+LEFT[-DONE].SUFFIX</c>.</summary>
/// <remarks>UAPI "Boot Loader Specification", "Boot counting".</remarks>
/// <param name="TriesLeft">Remaining attempts; 0 marks a bad entry.</param>
/// <param name="TriesDone">Attempts made.</param>
internal readonly record struct BootCounter(uint TriesLeft, uint TriesDone)
{
    /// <summary>Removes the counter from a file name without suffix and returns it; null when there is none.</summary>
    public static BootCounter? Take(ref string name)
    {
        var plus = name.LastIndexOf('+');
        if (plus <= 0)
            return null;
        var numbers = name.AsSpan(plus + 1);
        var dash = numbers.IndexOf('-');
        var done = 0u;
        if (!Number(dash < 0 ? numbers : numbers[..dash], out var left) || (dash >= 0 && !Number(numbers[(dash + 1)..], out done)))
            return null;
        name = name[..plus];
        return new BootCounter(left, done);
    }

    private static bool Number(ReadOnlySpan<char> text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
