using Vmspawn.Linux;
using Vmspawn.Versions;

namespace Vmspawn.Catalog;

/// <summary>A kernel of the host with its modules.</summary>
/// <param name="Version">Its version, such as <c>6.12.48+deb13-amd64</c>.</param>
/// <param name="Path">The kernel.</param>
/// <param name="Modules">The directory of its modules.</param>
internal sealed record HostKernel(string Version, string Path, string Modules)
{
    /// <summary>The kernel to boot: the running one if its file is there, else the newest.</summary>
    /// <param name="image">The image's name, for messages.</param>
    /// <param name="root">The host's root directory.</param>
    /// <param name="running">The version of the running kernel; null if unknown.</param>
    /// <exception cref="VmImageException">There is none that can be read.</exception>
    public static HostKernel Find(string image, string root, string? running)
    {
        var all = All(root).ToList();
        var readable = all.Where(kernel => CanRead(kernel.Path)).ToList();
        if (readable.Find(kernel => kernel.Version == running) is { } same)
            return same;
        if (readable.Order(Comparer<HostKernel>.Create((one, other) => VersionOrder.Compare(one.Version, other.Version))).LastOrDefault() is { } newest)
            return newest;
        throw new VmImageException(image, all is [var first, ..]
            ? $"the kernel {first.Path} can be read by root only; \"sudo chmod 0644 {first.Path}\" makes it readable"
            : "this host has no kernel with modules, neither /boot/vmlinuz-VERSION nor /usr/lib/modules/VERSION/vmlinuz; containers often have none: install a linux-image package");
    }

    private static IEnumerable<HostKernel> All(string root)
    {
        foreach (var modules in new[] { "usr/lib/modules", "lib/modules" }.Select(place => System.IO.Path.Combine(root, place)).Where(Directory.Exists))
        {
            foreach (var directory in Directory.EnumerateDirectories(modules))
            {
                var version = System.IO.Path.GetFileName(directory);
                string[] places = [System.IO.Path.Combine(directory, "vmlinuz"), System.IO.Path.Combine(root, "boot", $"vmlinuz-{version}")];
                if (Array.Find(places, File.Exists) is { } path)
                    yield return new HostKernel(version, path, directory);
            }
        }
    }

    private static bool CanRead(string path)
    {
        try
        {
            OpenFile.Open(path, writable: false).Dispose();
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }
}
