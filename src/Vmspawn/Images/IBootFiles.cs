namespace Vmspawn.Images;

/// <summary>The files of a boot partition, or of a directory used instead of one.</summary>
internal interface IBootFiles
{
    /// <summary>The names in a directory, at most some thousands; empty when it does not exist.</summary>
    /// <param name="directory">Path from the top, such as <c>/loader/entries</c>.</param>
    /// <exception cref="IOException">It exists but cannot be read, or is damaged.</exception>
    IReadOnlyList<string> Names(string directory);

    /// <summary>A regular file, or null when it does not exist.</summary>
    /// <param name="path">Path from the top.</param>
    /// <exception cref="IOException">It exists but cannot be read, or is damaged.</exception>
    ByteSource? Open(string path);
}
