namespace Vmspawn.Cli;

/// <summary>What <c>--version</c> prints.</summary>
internal static class VersionText
{
    /// <summary>Our name and version.</summary>
    public static string Line => $"vmspawn {typeof(VersionText).Assembly.GetName().Version!.ToString(3)}\n";

    /// <summary>
    /// The same under the name of systemd-vmspawn: whoever asks that program looks for systemd's version in the place where its tools have it.
    /// </summary>
    public static string DropIn => $"systemd {Systemd.Split('.')[0]} ({Systemd})\n{Line}";

    /// <summary>The systemd-vmspawn whose place we take.</summary>
    private const string Systemd = "262.1";
}
