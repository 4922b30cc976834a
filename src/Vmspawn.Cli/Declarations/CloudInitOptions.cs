namespace Vmspawn.Cli.Declarations;

/// <summary>Options for guests that are configured by cloud-init instead of systemd's credentials.</summary>
internal static class CloudInitOptions
{
    public static VmOption[] All() =>
    [
        new("--cloud-init", "USER-DATA")
        {
            Topic = Topic.Credentials,
            Description = "Seed disk for cloud-init: host name and, from a file or directory, the user's data",
            Bare = CloudInitText.Bare,
            Set = (options, value, problems) =>
            {
                var parsed = CloudInitText.Parse(value);
                if (parsed.Mistake is null)
                    return options with { CloudInit = parsed.Value };
                problems.Add(parsed.Mistake.About($"--cloud-init={value}"));
                return options;
            },
        },
    ];
}
