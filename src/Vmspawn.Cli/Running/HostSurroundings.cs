using System.Security.Cryptography;
using Vmspawn.Resolve;

namespace Vmspawn.Cli.Running;

/// <summary>What the process was handed, for the resolve stage.</summary>
internal static class HostSurroundings
{
    public static Surroundings Create() => new(
        Environment.GetEnvironmentVariable,
        !Console.IsOutputRedirected,
        () => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
}
