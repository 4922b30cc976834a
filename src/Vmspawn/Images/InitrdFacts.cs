using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Images;

/// <summary>The initrds given with <c>--initrd=</c>.</summary>
/// <param name="Paths">In the order given.</param>
/// <param name="MergedSize">Bytes once concatenated, each starting at a multiple of 4.</param>
internal sealed record InitrdFacts(IReadOnlyList<string> Paths, long MergedSize)
{
    /// <summary>Observes the initrds; null with every reason in <paramref name="problems"/>, or when there are none.</summary>
    public static InitrdFacts? Probe(IReadOnlyList<string> paths, List<Problem> problems) => throw new NotImplementedException();

    /// <summary>Copies them one after another into an empty file; only needed when there is more than one.</summary>
    public void WriteTo(SafeFileHandle file) => throw new NotImplementedException();
}
