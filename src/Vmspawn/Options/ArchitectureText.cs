using System.Runtime.InteropServices;

namespace Vmspawn.Options;

/// <summary>The names of processor architectures: QEMU's, and those of systemd and Debian where they differ.</summary>
internal static class ArchitectureText
{
    private static readonly (string Word, Architecture? Value)[] Names =
    [
        ("x86_64", Architecture.X64), ("aarch64", Architecture.Arm64), ("riscv64", Architecture.RiscV64),
        ("x86-64", Architecture.X64), ("amd64", Architecture.X64), ("arm64", Architecture.Arm64), ("", null),
    ];

    /// <summary>The names shown in help and messages.</summary>
    public static string[] Words { get; } = [.. Names[..3].Select(name => name.Word)];

    /// <summary>The name shown in messages.</summary>
    public static string Word(Architecture architecture) => Names.First(name => name.Value == architecture).Word;

    /// <summary>Parses a name; an empty value resets the option.</summary>
    public static Parsed<Architecture?> Parse(string text)
    {
        foreach (var (word, value) in Names)
        {
            if (word == text)
                return value;
        }

        return new Mistake("choice", "there is no machine for this architecture", $"one of {string.Join(", ", Words)}");
    }
}
