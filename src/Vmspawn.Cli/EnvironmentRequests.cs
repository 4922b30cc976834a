using Vmspawn.Options;

namespace Vmspawn.Cli;

/// <summary>Environment variables that configure the VM.</summary>
internal static class EnvironmentRequests
{
    public const string QemuExtra = "SYSTEMD_VMSPAWN_QEMU_EXTRA";
    public const string NetworkMac = "SYSTEMD_VMSPAWN_NETWORK_MAC";
    public const string Terminal = "TERM";
    public const string CredentialsDirectory = "CREDENTIALS_DIRECTORY";

    /// <summary>The variables that the parse stage needs.</summary>
    public static IReadOnlyList<string> Names { get; } = [QemuExtra, NetworkMac, Terminal, CredentialsDirectory];

    /// <summary>Applies the variables to the options; an empty one is ignored.</summary>
    public static VmOptions Apply(VmOptions options, IReadOnlyDictionary<string, string> environment, ICollection<Problem> problems)
    {
        string? Get(string name) => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
        T? Read<T>(string name, Func<string, Parsed<T>> parse)
            where T : class
        {
            if (Get(name) is not { } text)
                return null;
            var parsed = parse(text);
            if (parsed.Mistake is not { } mistake)
                return parsed.Value;
            problems.Add(mistake.About($"${name}"));
            return null;
        }

        return options with
        {
            QemuExtra = Read(QemuExtra, ShellWords.Parse) ?? [],
            NetworkMac = Read(NetworkMac, MacText.Parse),
            Terminal = TerminalText.Accept(Get(Terminal)),
            CredentialsDirectory = Get(CredentialsDirectory),
        };
    }
}
