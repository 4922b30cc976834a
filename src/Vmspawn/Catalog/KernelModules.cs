using System.Text;
using Vmspawn.Images;
using Vmspawn.Linux;

namespace Vmspawn.Catalog;

/// <summary>The modules of a kernel, for an initrd: each with the modules that it depends on, which come before it.</summary>
/// <param name="image">The image's name, for messages.</param>
/// <param name="directory">The directory of the kernel's modules.</param>
internal sealed class KernelModules(string image, string directory)
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, string> _files = Find(directory);
    private readonly HashSet<string> _taken = [];
    private readonly List<(string Name, byte[] Content)> _modules = [];

    /// <summary>The names and contents, in the order in which they are loaded. Modules that the kernel does not have are left out: they are built in, or not there.</summary>
    /// <exception cref="IOException">A module cannot be read.</exception>
    public async Task<IReadOnlyList<(string Name, byte[] Content)>> TakeAsync(IEnumerable<string> names, CancellationToken cancel)
    {
        foreach (var name in names)
            await TakeAsync(name, cancel).ConfigureAwait(false);
        return _modules;
    }

    private async Task TakeAsync(string name, CancellationToken cancel)
    {
        var key = name.Replace('-', '_');
        if (!_files.TryGetValue(key, out var path) || !_taken.Add(key))
            return;
        var content = await ReadAsync(path, cancel).ConfigureAwait(false);
        foreach (var needed in Dependencies(content))
            await TakeAsync(needed, cancel).ConfigureAwait(false);
        _modules.Add((key, content));
    }

    private async Task<byte[]> ReadAsync(string path, CancellationToken cancel)
    {
        using var file = OpenFile.Open(path, writable: false);
        var head = new byte[16];
        if (Compression.Guess(head.AsSpan(0, RandomAccess.Read(file, head, 0))) is not { } program)
            return await File.ReadAllBytesAsync(path, cancel).ConfigureAwait(false);
        using var content = new MemoryStream();
        await new ProgramRun(image, program, ["-d", "-c"], Bound) { Input = file }.SucceedAsync(
            (stream, end) => stream.CopyToAsync(content, end), cancel).ConfigureAwait(false);
        return content.ToArray();
    }

    // The section .modinfo has texts that end with NUL: depends=a,b.
    private static string[] Dependencies(ReadOnlySpan<byte> module)
    {
        var start = module.IndexOf("\0depends="u8);
        if (start < 0)
            return [];
        var value = module[(start + "\0depends=".Length)..];
        return Encoding.ASCII.GetString(value[..Math.Max(0, value.IndexOf((byte)0))]).Split(',', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Dictionary<string, string> Find(string directory)
    {
        var files = new Dictionary<string, string>();
        foreach (var path in Directory.EnumerateFiles(directory, "*.ko*", SearchOption.AllDirectories))
        {
            var file = Path.GetFileName(path);
            files[file[..file.IndexOf(".ko", StringComparison.Ordinal)].Replace('-', '_')] = path;
        }

        return files;
    }
}
