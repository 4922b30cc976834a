using Vmspawn.Catalog;
using Vmspawn.Options;

namespace Vmspawn;

/// <summary>An image that machines boot from, made available when it is needed. A program may derive its own.</summary>
public abstract class VmImage
{
    /// <summary>The name for messages, such as a path or the name in the catalogue.</summary>
    public abstract string Name { get; }

    /// <summary>Makes the image available: looks at files, or downloads or builds what is not in the cache yet.</summary>
    /// <param name="progress">Is told how far a download or build is.</param>
    /// <param name="cancellationToken">Cancels it. Nothing half-made is used afterwards.</param>
    /// <exception cref="VmImageException">It cannot be made available.</exception>
    public abstract Task<VmImageFiles> PrepareAsync(IProgress<VmImageProgress>? progress = null, CancellationToken cancellationToken = default);

    /// <summary>A disk image of the caller's.</summary>
    /// <param name="path">A regular file or block device.</param>
    /// <param name="format">Its format; null for qcow2 if the name ends with <c>.qcow2</c>, else raw.</param>
    public static VmImage File(string path, ImageFormat? format = null) => new FileImage(Full(path), format);

    /// <summary>The tree of an operating system, of the caller's.</summary>
    /// <param name="path">A directory.</param>
    public static VmImage Tree(string path) => new TreeImage(Full(path));

    /// <summary>A kernel that is booted directly, without firmware and without a disk.</summary>
    /// <param name="linux">The kernel.</param>
    /// <param name="initrds">Its initrds, in order.</param>
    /// <param name="arguments">Its arguments.</param>
    public static VmImage Kernel(string linux, IEnumerable<string>? initrds = null, IEnumerable<string>? arguments = null) =>
        new KernelImage(Full(linux), [.. (initrds ?? []).Select(Full)], [.. arguments ?? []]);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string Full(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetFullPath(path);
    }
}

/// <summary>How far an image's download or build is.</summary>
/// <param name="Step">What is being done, such as <c>download</c>.</param>
/// <param name="Done">Bytes that are done; 0 for a step that counts none.</param>
/// <param name="Total">Bytes in all; null if unknown.</param>
public readonly record struct VmImageProgress(string Step, long Done, long? Total);

/// <summary>An image cannot be made available.</summary>
public sealed class VmImageException : VmException
{
    internal VmImageException(string image, string reason, Exception? cause = null)
        : base($"{image}: {reason}", cause) => (Image, Reason) = (image, reason);

    /// <summary>The image's name.</summary>
    public string Image { get; }

    /// <summary>The message without the name.</summary>
    public string Reason { get; }
}
