using System.Text;
using Vmspawn.Host;

namespace Vmspawn.Qemu;

/// <summary>Caches the outcome of a KVM trial for this boot of the host, this QEMU and this CPU model.</summary>
/// <remarks>A text file: header lines that must match exactly, then the outcome. Any other content is a cache miss.</remarks>
internal static class KvmMemory
{
    private const string Usable = "usable";
    private const string NotUsable = "not usable: ";
    private const int LongestFile = 16 * 1024;

    /// <summary>The cached outcome, or null.</summary>
    public static KvmFacts? Read(string path, string head)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= LongestFile })
                return null;
            return Parse(File.ReadAllText(path), head);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Caches an outcome, unless the trial timed out.</summary>
    public static void Write(string path, string head, KvmFacts facts)
    {
        if (!facts.IsUndecided)
            AtomicFile.TryWrite(path, Format(facts, head));
    }

    /// <summary>The header lines, which identify what the outcome applies to.</summary>
    public static string Head(string bootId, BinaryStamp qemu, string cpuModel) =>
        $"vmspawn kvm trial 1\nboot {bootId}\nqemu {qemu.Path}\nsize {qemu.Size}\nmodified {qemu.Modified}\ninode {qemu.Inode}\ncpu {cpuModel}\n";

    public static KvmFacts? Parse(string text, string head)
    {
        if (!text.StartsWith(head, StringComparison.Ordinal) || text[head.Length..] is not [.. var answer, '\n'])
            return null;
        if (answer == Usable)
            return new KvmFacts(true, null);
        return answer.StartsWith(NotUsable, StringComparison.Ordinal) && !answer.Contains('\n') && answer.Length > NotUsable.Length
            ? new KvmFacts(false, answer[NotUsable.Length..])
            : null;
    }

    public static byte[] Format(KvmFacts facts, string head) =>
        Encoding.UTF8.GetBytes(head + (facts.Usable ? Usable : NotUsable + facts.Reason!.ReplaceLineEndings(" ")) + "\n");
}
