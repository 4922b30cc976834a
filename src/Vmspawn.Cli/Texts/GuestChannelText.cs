using Vmspawn.Options;

namespace Vmspawn.Cli.Texts;

/// <summary>The value of <c>--guest-channel=</c>.</summary>
internal static class GuestChannelText
{
    public static Parsed<GuestChannel> Parse(string text) => text switch
    {
        "auto" => GuestChannel.Auto,
        "shell" => GuestChannel.Shell,
        "agent" => GuestChannel.Agent,
        "ssh" => GuestChannel.Ssh,
        "no" or "none" => GuestChannel.None,
        _ => new Mistake("guest-channel", $"\"{text}\" is no way into a guest", "choose auto, shell, agent, ssh or no"),
    };
}
