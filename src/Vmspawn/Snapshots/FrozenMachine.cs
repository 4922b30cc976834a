using System.Text;
using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Snapshots;

/// <summary>What a manifest says about a machine.</summary>
internal static class FrozenMachine
{
    /// <summary>The QEMU of a machine, and what of the host its saved state depends on.</summary>
    public static FrozenQemu Qemu(MachineSpec spec) => new(
        spec.Qemu.Path, spec.Qemu.Version.ToString(), spec.Qemu.MachineNames(spec.Platform.Board.Name)[^1], spec.Accelerator.Name,
        spec.Accelerator.Name == "kvm" ? Processor() : null);

    /// <summary>The user's credentials with their values.</summary>
    public static IReadOnlyList<FrozenCredential> Credentials(VmOptions options, MachineSpec spec) =>
        [.. options.Credentials.Select(source => new FrozenCredential(source.Id, spec.Credentials.First(found => found.Id == source.Id).Value.ToArray()))];

    /// <summary>The files that a machine which continues the snapshot reads, as they are now.</summary>
    /// <exception cref="IOException">One cannot be opened.</exception>
    public static IReadOnlyList<FileStamp> Stamps(MachineSpec spec)
    {
        var paths = spec.Drives.Where(drive => drive.Content.IsEmpty && drive.Volume is null)
            .SelectMany(drive => drive.Backing.Select(image => image.Path).Prepend(drive.Path)).ToList();
        if (spec.Kernel is { Path: { } kernel, Tree: null, Entry: null })
            paths.AddRange([kernel, .. spec.Kernel.Initrds.Select(file => file.Path)]);
        if (spec.Firmware?.Nvram is { } nvram)
            paths.Add(nvram.Template.Path);
        return [.. paths.Distinct(StringComparer.Ordinal).Select(FileStamp.Of)];
    }

    /// <summary>The host's processor: its name, and a digest of its features.</summary>
    private static string Processor()
    {
        string? name = null, features = null;
        foreach (var line in File.ReadLines("/proc/cpuinfo"))
        {
            var parts = line.Split(':', 2, StringSplitOptions.TrimEntries);
            if (parts is ["model name" or "CPU part", var text])
                name ??= text;
            else if (parts is ["flags" or "Features", var all])
                features ??= all;
            if (name is not null && features is not null)
                break;
        }

        return $"{name ?? "unknown"} ({Convert.ToHexStringLower(Sha256.Hash(Encoding.UTF8.GetBytes(features ?? "")))[..8]})";
    }
}
