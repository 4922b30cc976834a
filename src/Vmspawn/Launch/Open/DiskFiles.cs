using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Plan;
using Vmspawn.Volumes;

namespace Vmspawn.Launch;

/// <summary>Files that the launch fills before QEMU gets them, and volumes that a provider opens.</summary>
internal static class DiskFiles
{
    /// <summary>An empty qcow2 image without a name.</summary>
    /// <exception cref="IOException">The file system is full.</exception>
    public static SafeFileHandle Overlay(AnonymousOverlay plan) => Fill(plan.Directory, file => QcowOverlay.Write(file, plan.VirtualSize));

    /// <summary>Concatenated initrds.</summary>
    /// <exception cref="IOException">One cannot be read, or the file system is full.</exception>
    public static SafeFileHandle Join(JoinedFiles plan) => Fill(plan.Directory, file =>
    {
        using var tree = plan.Tree is null ? null : ConfinedTree.Open(plan.Tree);
        new InitrdFacts(plan.Files).WriteTo(file, tree);
        AppendArchive(file, plan.Tail.Span);
    });

    /// <summary>Adds one more archive to an initrd.</summary>
    public static void AppendArchive(SafeFileHandle file, ReadOnlySpan<byte> archive)
    {
        if (archive.Length > 0)
            RandomAccess.Write(file, archive, InitrdFacts.Aligned(RandomAccess.GetLength(file)));
    }

    /// <summary>An anonymous file, which is closed again when it cannot be filled.</summary>
    public static SafeFileHandle Fill(string directory, Action<SafeFileHandle> write)
    {
        var file = new OverlayPlace(directory).CreateAnonymous();
        try
        {
            write(file);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A storage provider's volume.</summary>
    /// <exception cref="VolumeException">It is refused, or does not match the request.</exception>
    public static async Task<SafeFileHandle> AcquireAsync(StorageVolume plan, CancellationToken cancel)
    {
        var (file, readOnly) = await StorageProvider.AcquireAsync(plan.Socket, plan.Request, cancel).ConfigureAwait(false);
        try
        {
            var isBlock = FileFacts.Of(file).Kind == FileKind.Block;
            if (isBlock != plan.Request.AsBlockDevice)
                throw new VolumeException($"its provider returned a {(isBlock ? "block device" : "regular file")} (use request-as={(isBlock ? "blk" : "reg")})");
            if (readOnly && plan.Request.ReadOnly != true)
                throw new VolumeException("its provider opened it read-only (use read-only=yes)");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
