namespace Vmspawn.Images;

/// <summary>The files of a boot partition, or of a directory that takes its place.</summary>
internal interface IBootFiles
{
    /// <summary>The names in a directory, at most some thousands; none when it is not there.</summary>
    /// <param name="directory">Path from the top, such as <c>/loader/entries</c>.</param>
    /// <exception cref="IOException">It is there and cannot be read, or is damaged.</exception>
    IReadOnlyList<string> Names(string directory);

    /// <summary>A regular file, or null when it is not there.</summary>
    /// <param name="path">Path from the top.</param>
    /// <exception cref="IOException">It is there and cannot be read, or is damaged.</exception>
    ByteSource? Open(string path);
}
