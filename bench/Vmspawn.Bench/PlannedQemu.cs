using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;

namespace Vmspawn.Bench;

/// <summary>QEMU with the arguments and descriptors of <c>vmspawn plan --format=json</c>, started without vmspawn.</summary>
internal sealed class PlannedQemu
{
    private readonly string _program;
    private readonly string[] _arguments;
    private readonly (int Number, string Kind, string? Path)[] _descriptors;

    public PlannedQemu(string json)
    {
        using var document = JsonDocument.Parse(json);
        var plan = document.RootElement;
        _program = plan.GetProperty("program").GetString()!;
        _arguments = [.. plan.GetProperty("arguments").EnumerateArray().Select(argument => argument.GetString()!)];
        _descriptors = [.. plan.GetProperty("descriptors").EnumerateArray().Select(descriptor => (
            descriptor.GetProperty("number").GetInt32(),
            descriptor.GetProperty("kind").GetString()!,
            descriptor.TryGetProperty("path", out var path) ? path.GetString() : null))];
    }

    /// <summary>One whole run: the descriptors are opened, QEMU starts, the guest powers off, QEMU is gone.</summary>
    public Task<ChildExit> Run() => Run(_ => Task.CompletedTask);

    /// <summary>A run with a monitor client.</summary>
    public async Task<ChildExit> Run(Func<UnixConnection, Task> speak)
    {
        var open = new List<IDisposable>();
        try
        {
            var given = new List<ChildDescriptor>();
            foreach (var (number, kind, path) in _descriptors)
                given.Add(new ChildDescriptor(number, Open(kind, path, open)));
            using var child = ChildProcess.Start(
                new ChildSpec(_program, _arguments) { Descriptors = given, DieWithParent = false });
            await speak(open.OfType<UnixConnection>().First());
            return await child.Exited;
        }
        finally
        {
            open.ForEach(one => one.Dispose());
        }
    }

    private static SafeFileHandle Open(string kind, string? path, List<IDisposable> open)
    {
        SafeFileHandle handle;
        switch (kind)
        {
            case "file":
                handle = File.OpenHandle(path!, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                break;
            case "console":
                // Any terminal will do: the guests here say nothing.
                handle = File.OpenHandle("/dev/ptmx", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
                break;
            case "memory":
                // A credential of a port that no guest here has a service for.
                handle = File.OpenHandle("/dev/null");
                break;
            case "monitor" or "notify" or "guest-shell" or "guest-agent":
                var (ours, theirs) = UnixConnection.CreatePair();
                open.Add(ours);
                handle = theirs;
                break;
            default:
                throw new NotSupportedException($"The benchmark opens no descriptor of the kind {kind}.");
        }
        open.Add(handle);
        return handle;
    }
}
