namespace Vmspawn.Cli;

/// <summary>What <c>--version</c> prints.</summary>
internal static class VersionText
{
    public static string Write() => "vmspawn 0.1.0\n";
}
