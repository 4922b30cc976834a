namespace Vmspawn.Cli;

internal static class HelpText
{
    public static string Write(int columns) => "Usage: vmspawn\n";
}
