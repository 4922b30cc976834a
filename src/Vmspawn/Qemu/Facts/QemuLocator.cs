using System.Runtime.InteropServices;
using Vmspawn.Linux;

namespace Vmspawn.Qemu;

/// <summary>Finds the QEMU binary for a platform.</summary>
internal static class QemuLocator
{
    // The path of Red Hat's distributions for the binary of the host's architecture, outside of $PATH.
    private const string Libexec = "/usr/libexec/qemu-kvm";

    /// <summary>Its absolute path, or null with a problem that names the places searched and how to install it.</summary>
    /// <remarks>Each directory of <c>$PATH</c> for <c>qemu-system-NAME</c>; for the host's architecture then for <c>qemu-kvm</c>, then <c>/usr/libexec/qemu-kvm</c>.</remarks>
    /// <param name="platform">The platform to emulate.</param>
    /// <param name="environment">Reads one environment variable; used for <c>PATH</c>.</param>
    /// <param name="problems">Receives the reason.</param>
    public static string? Find(Platform platform, Func<string, string?> environment, List<Problem> problems)
    {
        var path = environment("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
        var binary = $"qemu-system-{platform.Name}";
        var isNative = platform.Architecture == RuntimeInformation.OSArchitecture;
        var found = Executable.FindIn(path, binary) ?? (isNative ? Executable.FindIn(path, "qemu-kvm") ?? Executable.Find(Libexec) : null);
        if (found is null)
        {
            problems.Add(new Problem(
                "qemu-missing",
                "QEMU",
                isNative ? $"neither {binary} nor qemu-kvm is in $PATH, and there is no {Libexec}" : $"there is no {binary} in $PATH",
                isNative ? $"install it: apt install {platform.Package}, or dnf install qemu-kvm" : $"install it: apt install {platform.Package}, or dnf install qemu-system-{platform.Name}-core"));
        }

        return found;
    }
}
