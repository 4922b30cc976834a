namespace Vmspawn.Cli;

/// <summary>What <c>--version</c> prints.</summary>
internal static class VersionText
{
    /// <summary>Our name and version.</summary>
    public static string Line => $"vmspawn {typeof(VersionText).Assembly.GetName().Version!.ToString(3)}\n";
}
