using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Control.Storage;

/// <summary>A client's request to attach a disk.</summary>
/// <param name="Name">The name that clients will use for it.</param>
/// <param name="Config">A disk type's word, or null for virtio-blk.</param>
/// <param name="ReadOnly">Whether the guest may not write; null lets the descriptor decide.</param>
/// <param name="Path">For lists, or null.</param>
/// <param name="Format">An image format's word, or null for raw where the content does not look like another format.</param>
internal sealed record AttachRequest(string Name, string? Config, bool? ReadOnly, string? Path, string? Format = null)
{
    private const int LongestName = 255;

    /// <exception cref="VmControlException">There is no such type.</exception>
    public DiskType Type() => Config is null ? DiskType.VirtioBlk : Find(Config, OptionWords.DiskTypes, "disk type");

    /// <exception cref="VmControlException">There is no such format.</exception>
    public ImageFormat? RequestedFormat() => FormatOf(Format);

    /// <inheritdoc cref="RequestedFormat"/>
    public static ImageFormat? FormatOf(string? word) => word is null ? null : Find(word, OptionWords.ImageFormats, "image format");

    /// <exception cref="VmControlException">The name cannot be used.</exception>
    public void CheckName()
    {
        if (Name.Length is 0 or > LongestName || !PlainText.IsPlain(Name))
        {
            throw new VmControlException(
                VmControlFailure.BadConfig, $"a disk's name has 1 to {LongestName} characters, none of them a control character");
        }
    }

    /// <summary>Whether the guest will not be able to write.</summary>
    /// <exception cref="VmControlException">Writing is requested, but the descriptor does not allow it.</exception>
    public bool IsReadOnly(DiskType type, DiskFileFacts facts)
    {
        if (type.IsReadOnly())
            return true;
        if (ReadOnly == false && !facts.CanWrite)
            throw DiskFileFacts.Bad("the disk is to be writable, but its descriptor was opened for reading only", Errno.EROFS);
        return ReadOnly ?? !facts.CanWrite;
    }

    private static T Find<T>(string word, IReadOnlyList<(string Word, T Value)> known, string what)
    {
        foreach (var (name, value) in known)
        {
            if (name == word)
                return value;
        }

        throw new VmControlException(
            VmControlFailure.BadConfig, $"\"{word}\" is no {what} (there are {string.Join(", ", known.Select(one => one.Word))})");
    }
}
