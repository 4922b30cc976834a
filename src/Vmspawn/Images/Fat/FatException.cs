namespace Vmspawn.Images.Fat;

/// <summary>A FAT file system contradicts itself.</summary>
internal sealed class FatException(string reason) : IOException(reason);
