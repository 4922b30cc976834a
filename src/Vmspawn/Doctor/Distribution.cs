using Vmspawn.Boot;

namespace Vmspawn.Doctor;

/// <summary>The distribution of the host, for the command that installs something.</summary>
/// <param name="Name">What it calls itself.</param>
/// <param name="Family">The one whose packages it has: an ID of os-release(5), or null for one that we do not know.</param>
internal sealed record Distribution(string Name, string? Family)
{
    private static readonly string[] Families = ["debian", "ubuntu", "fedora", "rhel", "centos", "arch", "suse", "opensuse"];

    /// <summary>By the text of /etc/os-release, or null where there is none.</summary>
    public static Distribution Of(string? osRelease)
    {
        var fields = OsRelease.Parse(osRelease ?? "");
        var id = fields.GetValueOrDefault("ID", "linux");
        var ids = fields.GetValueOrDefault("ID_LIKE", "").Split(' ').Prepend(id);
        var name = fields.GetValueOrDefault("PRETTY_NAME") ?? fields.GetValueOrDefault("NAME") ?? id;
        return new Distribution(name, ids.FirstOrDefault(Families.Contains));
    }

    /// <summary>How to install a package here.</summary>
    public string Install(Package package) => Command(package) ?? $"install {package.Upstream}";

    private string? Command(Package package) => Family switch
    {
        "debian" or "ubuntu" => With("apt install", package.Debian),
        "fedora" or "rhel" or "centos" => With("dnf install", package.Fedora),
        "arch" => With("pacman -S", package.Arch),
        "suse" or "opensuse" => With("zypper install", package.Suse),
        _ => null,
    };

    private static string? With(string command, string? names) => names is null ? null : $"{command} {names}";
}
