using Vmspawn.Options;

namespace Vmspawn.Control.Storage;

/// <summary>What a client wants attached.</summary>
/// <param name="Name">What it will be called.</param>
/// <param name="Config">A disk type's word, or null for virtio-blk.</param>
/// <param name="ReadOnly">Whether the guest may not write; null lets the descriptor decide.</param>
/// <param name="Path">For lists, or null.</param>
internal sealed record AttachWish(string Name, string? Config, bool? ReadOnly, string? Path)
{
    private const int LongestName = 255;

    /// <exception cref="ControlException">There is no such type.</exception>
    public DiskType Type()
    {
        if (Config is null)
            return DiskType.VirtioBlk;
        foreach (var (word, value) in DiskText.Types)
        {
            if (word == Config)
                return value;
        }

        throw new ControlException(
            ControlFailure.BadConfig, $"\"{Config}\" is no disk type; there are {string.Join(", ", DiskText.Types.Select(type => type.Word))}");
    }

    /// <exception cref="ControlException">The name cannot be one.</exception>
    public void CheckName()
    {
        if (Name.Length is 0 or > LongestName || !PlainText.IsPlain(Name))
        {
            throw new ControlException(
                ControlFailure.BadConfig, $"a disk's name has 1 to {LongestName} characters, none of them a control character");
        }
    }

    /// <summary>Whether the guest will not be able to write.</summary>
    /// <exception cref="ControlException">Writing is wanted, but the descriptor does not allow it.</exception>
    public bool IsReadOnly(DiskType type, DiskFileFacts facts)
    {
        if (type is DiskType.ScsiCd)
            return true;
        if (ReadOnly == false && !facts.CanWrite)
            throw DiskFileFacts.Bad("the disk is to be writable, but its descriptor was opened for reading only", Linux.Errno.EBADF);
        return ReadOnly ?? !facts.CanWrite;
    }
}
