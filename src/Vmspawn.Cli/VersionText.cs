namespace Vmspawn.Cli;

/// <summary>The output of <c>--version</c>.</summary>
internal static class VersionText
{
    /// <summary>vmspawn's name and version.</summary>
    public static string Line => $"vmspawn {typeof(VersionText).Assembly.GetName().Version!.ToString(3)}\n";

    /// <summary>
    /// The output under the name systemd-vmspawn, in the format of systemd's tools, because callers parse systemd's version.
    /// </summary>
    public static string DropIn => $"systemd {Systemd.Split('.')[0]} ({Systemd})\n{Line}";

    /// <summary>The version of systemd-vmspawn that vmspawn is compatible with.</summary>
    private const string Systemd = "262.1";
}
