using Vmspawn.Host;

namespace Vmspawn.Qemu;

/// <summary>Queries the features of a QEMU binary once and caches the answer.</summary>
internal static class QemuFactsCache
{
    private const int LongestFile = 1 << 20;

    /// <summary>The cached facts of this binary, else newly queried ones; null with the reason in <paramref name="problems"/>.</summary>
    /// <param name="path">Absolute path of the binary.</param>
    /// <param name="directory">The cache directory; null disables the cache.</param>
    /// <param name="problems">Receives the reason, with QEMU's output.</param>
    /// <param name="cancel">Cancels the queries.</param>
    public static async Task<QemuFacts?> GetAsync(string path, string? directory, List<Problem> problems, CancellationToken cancel)
    {
        if (BinaryStamp.Of(path) is not { } binary)
        {
            problems.Add(new Problem("qemu-unusable", path, "no such file, or it cannot be looked at"));
            return null;
        }

        var stamp = binary with { Modules = QemuModules.StampOf(path) };

        var file = directory is null ? null : Path.Combine(directory, stamp.FileName("qemu"));
        if (file is not null && Read(file) is { } bytes && QemuFactsReader.Read(bytes, stamp) is { } remembered)
            return remembered;
        var facts = await QemuQuestions.AskAsync(path, problems, cancel).ConfigureAwait(false);
        if (facts is not null && file is not null && TryMake(directory!))
            AtomicFile.TryWrite(file, QemuFactsJson.Write(facts, stamp));
        return facts;
    }

    private static byte[]? Read(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true, Length: <= LongestFile } ? File.ReadAllBytes(path) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool TryMake(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
