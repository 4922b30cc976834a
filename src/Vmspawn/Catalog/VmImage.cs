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

    /// <summary>A disk image that is downloaded by curl(1), once for all processes of this user (<see cref="VmImageStore"/>).</summary>
    /// <param name="address">Its address, of https or http. A file compressed by xz, zstd, gzip or bzip2 is decompressed.</param>
    /// <param name="checksum"><c>sha256:</c> or <c>sha512:</c> and hexadecimal digits. Nothing of a file with another checksum is used.</param>
    /// <param name="format">The format; null to see it from the file.</param>
    public static VmImage Download(Uri address, string checksum, ImageFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(checksum);
        return new DownloadedImage(address, Checksum.Parse(checksum) ?? throw new ArgumentException($"\"{checksum}\" is no checksum: it is sha256: or sha512: and the digits", nameof(checksum)))
        {
            Format = format,
        };
    }

    /// <summary>
    /// A disk image that is downloaded, with its checksum in a list such as <c>SHA512SUMS</c>. A stored one is used without a look at the list; <see cref="VmImageStore.PullAsync"/> renews it.
    /// </summary>
    /// <param name="address">Its address.</param>
    /// <param name="checksums">The address of the list.</param>
    /// <param name="format">The format; null to see it from the file.</param>
    public static VmImage Download(Uri address, Uri checksums, ImageFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(checksums);
        return new DownloadedImage(address, checksums) { Format = format };
    }

    /// <summary>A kernel of this host with a shell of the host's busybox: boots within seconds even without KVM, and serves commands.</summary>
    /// <param name="root">
    /// The root directory in which the kernel and its modules are searched: that of a tree, or of an unpacked kernel package for a host without a kernel, as containers are. Null for the host's.
    /// </param>
    public static VmImage Busybox(string? root = null) => new BusyboxImage(root is null ? "/" : Full(root));

    /// <summary>
    /// A Debian that mmdebstrap(1) makes, with a kernel, systemd, networking and sshd. It is kept until <see cref="VmImageStore.RemoveAsync"/>, as <c>debian-build-SUITE</c>.
    /// </summary>
    /// <param name="suite">The suite, such as <c>trixie</c>.</param>
    /// <param name="packages">More packages.</param>
    public static VmImage Debian(string suite, params IEnumerable<string> packages)
    {
        ArgumentException.ThrowIfNullOrEmpty(suite);
        ArgumentNullException.ThrowIfNull(packages);
        return new DebianImage(suite, [.. packages]);
    }

    /// <summary>What mkosi(1) builds, where it is: a disk, a tree or a unified kernel image. <see cref="VmImageStore.PullAsync"/> builds it anew.</summary>
    /// <param name="directory">The directory of an <c>mkosi.conf</c>, in which mkosi is run if it has built nothing yet; or of mkosi's output.</param>
    public static VmImage Mkosi(string directory) => new MkosiImage(Full(directory));

    /// <summary>An image by its name: of the catalogue, such as <c>debian-13</c>, or of a build (<see cref="VmImageStore.BuildAsync"/>).</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="VmImageException">There is no place for images.</exception>
    public static VmImage Named(string name) => VmImageStore.Open().Named(name);

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
