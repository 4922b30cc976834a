namespace Vmspawn.Cli.Declarations;

/// <summary>The groups of options in help, man page and documentation, in this order.</summary>
internal enum Topic
{
    General,
    Image,
    Host,
    Boot,
    Network,
    Console,
    Credentials,
    Pcie,
    Registration,
    Mounts,
    Integration,
}

/// <summary>The groups' titles.</summary>
internal static class TopicTitles
{
    /// <summary>The title of a group.</summary>
    public static string Title(this Topic topic) => topic switch
    {
        Topic.General => "General",
        Topic.Image => "Disks",
        Topic.Host => "Host resources",
        Topic.Boot => "Boot",
        Topic.Network => "Network",
        Topic.Console => "Console",
        Topic.Credentials => "Credentials",
        Topic.Pcie => "PCIe topology",
        Topic.Registration => "Registration",
        Topic.Mounts => "Shares",
        Topic.Integration => "Integration",
        _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, null),
    };
}
