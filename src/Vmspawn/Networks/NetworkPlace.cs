using Vmspawn.Host;

namespace Vmspawn.Networks;

/// <summary>
/// Where a network's control socket is: in a directory among those of the machines, with a colon in its name, which no machine's name has. It is locked and removed like theirs, so a later
/// start removes what a killed one has left.
/// </summary>
internal static class NetworkPlace
{
    public const string SocketName = "control";

    private const string Prefix = "net:";

    /// <summary>The directory's name.</summary>
    public static string DirectoryOf(string network) => Prefix + network;

    public static string SocketOf(RuntimeBase place, string network) => SocketOf(place.Path, network);

    public static string SocketOf(string place, string network) => Path.Combine(place, DirectoryOf(network), SocketName);

    /// <summary>The names of the networks in a directory, of killed ones as well.</summary>
    public static IEnumerable<string> NamesIn(string place) =>
        Directory.EnumerateDirectories(place, Prefix + "*").Select(path => Path.GetFileName(path)[Prefix.Length..]);
}
