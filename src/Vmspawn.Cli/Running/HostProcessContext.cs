using System.Security.Cryptography;
using Vmspawn.Linux;
using Vmspawn.Resolve;

namespace Vmspawn.Cli.Running;

/// <summary>The process's environment for the resolve stage.</summary>
internal static class HostProcessContext
{
    public static ProcessContext Create() => new(
        Environment.GetEnvironmentVariable,
        WindowSize.Of(StandardStream.Output),
        () => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
}
