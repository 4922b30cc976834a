using System.Text;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>How the guest's journal is received; the address is passed to the guest by a credential (systemd-journald(8)).</summary>
internal static class JournalResolver
{
    private const string ProgramName = "systemd-journal-remote";
    private const string Credential = "journal.forward_to_socket";
    private const string Suffix = ".journal";

    /// <summary>A vsock in user space has ports of its own, so any port except the one for notifications is free.</summary>
    private const uint UserPort = 9998;

    /// <summary>It is in systemd's own directory of programs.</summary>
    private static readonly string[] Places = [ProgramName, $"/usr/lib/systemd/{ProgramName}", $"/lib/systemd/{ProgramName}"];

    public static JournalSpec? Resolve(
        JournalRequest request, string machine, VsockSpec? vsock, HostInventory inventory, CredentialSet credentials, List<Problem> problems)
    {
        if (request.Path is not { } path)
            return null;
        var before = problems.Count;
        void Refuse(string code, string text, string hint) => problems.Add(new Problem(code, $"--forward-journal={path}", text, hint));

        var program = Places.Select(inventory.FindProgram).FirstOrDefault(found => found is not null);
        if (program is null)
            Refuse("journal-remote-missing", $"{ProgramName} is not installed", $"install it (Debian: {ProgramName})");
        if (vsock is null)
            Refuse("journal-without-vsock", "the journal comes by vsock, and this machine has none", "--vsock=yes says what is missing");
        var file = FileFor(Path.GetFullPath(path), machine);
        if (!Directory.Exists(Path.GetDirectoryName(file)))
            Refuse("journal-place", Missing(file, path), $"make it first, or name a file that ends in {Suffix}");
        if (credentials.All.Any(credential => credential.Id == Credential))
            Refuse("journal-twice", $"the credential {Credential} sends the journal elsewhere already", "leave one of the two out");
        if (problems.Count > before)
            return null;

        var port = vsock!.Program is null ? inventory.Vsock.FreePort() : UserPort;
        credentials.Set(Credential, Encoding.ASCII.GetBytes($"vsock-stream:{VsockCid.Host}:{port}"), isPublic: true);
        return new JournalSpec(program!, file, request, port);
    }

    // In a directory the file is named after the machine, because systemd-journal-remote's own file name does not contain its name.
    private static string FileFor(string path, string machine) =>
        path.EndsWith(Suffix, StringComparison.Ordinal) && !Directory.Exists(path) ? path : Path.Combine(path, $"remote-{machine}{Suffix}");

    private static string Missing(string file, string path) =>
        File.Exists(path) ? "this is neither a directory nor a journal's file" : $"there is no directory {Path.GetDirectoryName(file)}";
}
