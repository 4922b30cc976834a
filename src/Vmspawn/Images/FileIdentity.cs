namespace Vmspawn.Images;

/// <summary>What makes two paths the same file: <c>st_dev</c> and <c>st_ino</c> of stat(2), or the device number of a block device.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);
