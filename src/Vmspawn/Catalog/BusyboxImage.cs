using System.Buffers.Binary;
using System.Text;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Catalog;

/// <summary>A kernel of the host with the host's busybox in an initrd: a shell on the console, commands by <c>vmspawn exec</c>, nothing to download.</summary>
/// <param name="root">The root directory in which kernel and modules are searched.</param>
internal sealed class BusyboxImage(string root = "/") : StoredImage
{
    private const string Initrd = "initrd";
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly string[] Programs = ["busybox", "busybox.static", "busybox-static"];

    /// <summary>Disks, consoles, networks, shares and the power button of QEMU's machines, and the usual file systems.</summary>
    private static readonly string[] Modules =
    [
        "virtio_pci", "virtio_mmio", "virtio_console", "virtio_blk", "virtio_net", "virtio_scsi", "virtio_rng", "virtio_balloon", "nvme", "sd_mod", "sr_mod",
        "af_packet", "button", "evdev", "virtiofs", "9pnet_virtio", "9p", "ext4", "vfat", "nls_cp437", "nls_ascii", "nls_iso8859-1", "overlay",
    ];

    public override string Name => ImageCatalogue.Busybox;

    public override string StoredName => ImageCatalogue.Busybox;

    protected override bool IsPinned => true;

    protected override Task<ImageVersion> VersionAsync(CancellationToken cancel)
    {
        try
        {
            var kernel = HostKernel.Find(Name, root, RunningVersion());
            var busybox = FindBusybox();
            var stamp = new ContentStamp().Add(Init()).Add(string.Join(' ', Modules)).Add(kernel.Version).AddFile(kernel.Path).AddFile(busybox).ToString();
            return Task.FromResult(new ImageVersion(
                stamp[..16], $"{kernel.Path} with {busybox}", (draft, end) => MakeAsync(stamp, kernel, busybox, draft, end)));
        }
        catch (IOException error)
        {
            return Task.FromException<ImageVersion>(new VmImageException(Name, $"the host's kernels cannot be looked at: {FailureReason.Of(error)}", error));
        }
        catch (VmImageException error)
        {
            return Task.FromException<ImageVersion>(error);
        }
    }

    private async Task<VmImageFiles> MakeAsync(string stamp, HostKernel kernel, string busybox, ImageDraft draft, CancellationToken cancel)
    {
        draft.Tell("initrd");
        var modules = await new KernelModules(Name, kernel.Modules).TakeAsync(Modules, cancel).ConfigureAwait(false);
        using (var file = new FileStream(draft[Initrd], FileMode.CreateNew))
        {
            var archive = new CpioArchive(file);
            foreach (var directory in new[] { "bin", "dev", "etc", "modules", "proc", "sys" })
                archive.AddDirectory(directory, Executable | UnixFileMode.UserWrite);
            archive.AddFile("bin/busybox", Executable, await System.IO.File.ReadAllBytesAsync(busybox, cancel).ConfigureAwait(false));
            archive.AddFile("init", Executable, Encoding.UTF8.GetBytes(Init()));
            foreach (var (name, content) in modules)
                archive.AddFile($"modules/{name}.ko", Readable, content);
            archive.AddFile("modules/order", Readable, Encoding.UTF8.GetBytes(string.Concat(modules.Select(module => $"{module.Name}\n"))));
            archive.End();
            file.Flush(flushToDisk: true);
        }

        System.IO.File.Copy(kernel.Path, draft[draft.Name]);
        return new VmImageFiles { Linux = draft.Name, Initrds = [Initrd], KernelArguments = ["quiet"], Firmware = FirmwareKind.None, Stamp = stamp };
    }

    private string FindBusybox()
    {
        var found = Programs.Select(name => Vmspawn.Linux.Executable.Find(name)).OfType<string>().ToList();
        return found.Find(IsStatic) ?? throw new VmImageException(Name, found is [var first, ..]
            ? $"{first} needs libraries, so it does not run alone; install the package busybox-static"
            : "busybox is not installed; the package is busybox-static on Debian and Ubuntu, and busybox on others");
    }

    private static string? RunningVersion()
    {
        try
        {
            return System.IO.File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Init()
    {
        using var reader = new StreamReader(typeof(BusyboxImage).Assembly.GetManifestResourceStream("Vmspawn.Catalog.busybox-init.sh")!);
        return reader.ReadToEnd();
    }

    // A program that needs libraries names its loader in a program header (elf(5)).
    private static bool IsStatic(string path)
    {
        const int FirstHeader = 32, HeaderSize = 54, Headers = 56, Interpreter = 3;
        using var file = OpenFile.Open(path, writable: false);
        var head = new byte[4096];
        ReadOnlySpan<byte> elf = head.AsSpan(0, RandomAccess.Read(file, head, 0));
        if (elf.Length < 64 || !elf.StartsWith((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1]))
            return false;
        var at = (long)BinaryPrimitives.ReadUInt64LittleEndian(elf[FirstHeader..]);
        var (size, count) = (BinaryPrimitives.ReadUInt16LittleEndian(elf[HeaderSize..]), BinaryPrimitives.ReadUInt16LittleEndian(elf[Headers..]));
        for (var i = 0; i < count; i++, at += size)
        {
            if (at < 0 || at + 4 > elf.Length || BinaryPrimitives.ReadUInt32LittleEndian(elf[(int)at..]) == Interpreter)
                return false;
        }

        return true;
    }
}
