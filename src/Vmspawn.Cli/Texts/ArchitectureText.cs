using System.Runtime.InteropServices;
using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>The names of processor architectures: QEMU's, and those of systemd and Debian where they differ.</summary>
internal static class ArchitectureText
{
    private static readonly (string Word, Architecture? Value)[] Others =
        [("x86-64", Architecture.X64), ("amd64", Architecture.X64), ("arm64", Architecture.Arm64), ("", null)];

    /// <summary>The names shown in help and messages.</summary>
    public static string[] Words { get; } = [.. OptionWords.Architectures.Select(name => name.Word)];

    /// <summary>Parses a name; an empty value resets the option.</summary>
    public static Parsed<Architecture?> Parse(string text)
    {
        foreach (var (word, value) in OptionWords.Architectures.Select(name => (name.Word, (Architecture?)name.Value)).Concat(Others))
        {
            if (word == text)
                return value;
        }

        return new Mistake("choice", "there is no machine for this architecture", $"one of {string.Join(", ", Words)}");
    }
}
