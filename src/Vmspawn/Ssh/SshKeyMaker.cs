using System.Text;
using Vmspawn.Launch;
using Vmspawn.Linux;

namespace Vmspawn.Ssh;

/// <summary>Makes keys by ssh-keygen(1), which writes them to files; none of these stays.</summary>
internal static class SshKeyMaker
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <param name="program">Absolute path of ssh-keygen(1).</param>
    /// <param name="type">The key's type.</param>
    /// <param name="place">A directory of ours alone, in memory where possible.</param>
    /// <exception cref="IOException">It made none; the message has its words.</exception>
    public static async Task<SshKeyPair> MakeAsync(string program, string type, string place)
    {
        var directory = Path.Combine(place, $".ssh-{Guid.NewGuid():n}");
        Directory.CreateDirectory(directory, OwnerOnly);
        try
        {
            var path = Path.Combine(directory, "key");
            await RunAsync(program, ["-q", "-t", type, "-N", "", "-C", "vmspawn", "-f", path]);
            return new SshKeyPair(File.ReadAllBytes(path), Encoding.UTF8.GetString(File.ReadAllBytes($"{path}.pub")).TrimEnd());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task RunAsync(string program, string[] arguments)
    {
        using var errors = Pipe.Create();
        using var said = new StderrTail(errors.ReadEnd);
        var spec = new ChildSpec(program, arguments)
        {
            Environment = Launcher.ChildVariables,
            StandardOutput = errors.WriteEnd,
            StandardError = errors.WriteEnd,
            // It is gone in milliseconds; through the trampoline it would take as long again.
            DieWithParent = false,
        };
        using var child = ChildProcess.Start(spec);
        errors.WriteEnd.Dispose();
        var exit = await child.Exited;
        if (!exit.IsSuccess)
            throw new IOException($"{exit}{ChildWords.After(said)}");
    }
}
