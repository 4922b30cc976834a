namespace Vmspawn.Images.Fat;

/// <summary>A name in a directory.</summary>
/// <param name="Name">The long name where there is one, else the short one.</param>
/// <param name="ShortName">The short one, by which the file is found too.</param>
/// <param name="IsDirectory">A directory, else a file.</param>
/// <param name="Cluster">Its first cluster; 0 for an empty file.</param>
/// <param name="Length">Bytes of a file; 0 for a directory.</param>
internal sealed record FatEntry(string Name, string ShortName, bool IsDirectory, uint Cluster, uint Length);
