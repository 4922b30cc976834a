using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>What of systemd is there to register with.</summary>
internal static class RegistrationResolver
{
    private const string Machined = "systemd/machine/io.systemd.Machine";

    /// <summary>The sockets of machined that are there: the user's own goes before the system's.</summary>
    /// <param name="isUser">Whether the machine is a user's.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="system">The system's runtime directory.</param>
    public static IReadOnlyList<string> Sockets(bool isUser, Func<string, string?> environment, string system = "/run")
    {
        string[] places = isUser && environment("XDG_RUNTIME_DIR") is ['/', ..] own ? [own, system] : [system];
        return [.. places.Select(place => Path.Combine(place, Machined)).Where(File.Exists)];
    }

    public static RegistrationSpec Resolve(RegistrationWish wish, IReadOnlyList<string> sockets, List<Problem> problems, List<string> notices)
    {
        if (wish.KeepUnit && (wish.Slice is not null || wish.Properties.Count > 0))
            notices.Add("--slice= and --property= are about a scope unit of the machine's own, which --keep-unit does without");
        if (wish.Register == Tristate.Yes && sockets.Count == 0)
        {
            problems.Add(new Problem("machined-missing", "--register=yes", $"systemd-machined does not run here: there is no /run/{Machined}",
                "leave it to --register=auto, or install systemd-container"));
        }

        return new RegistrationSpec
        {
            Register = wish.Register,
            KeepUnit = wish.KeepUnit,
            Machined = wish.Register == Tristate.No ? [] : sockets,
        };
    }
}
