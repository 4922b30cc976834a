using System.Text.Json;

namespace Vmspawn.Firmware;

/// <summary>Finds UEFI firmware at the paths of distributions and of QEMU, for hosts that have it without a descriptor.</summary>
internal static class WellKnownFirmware
{
    private static readonly string[] Secure = ["requires-smm", "secure-boot"];
    private static readonly string[] Enrolled = ["enrolled-keys", .. Secure];

    /// <summary>Firmware and the template of its variables in the same directory; <c>*</c> stands for QEMU's data directories.</summary>
    private sealed record Place(string Executable, string Template, params string[] Features);

    private static readonly Dictionary<string, Place[]> ByArchitecture = new()
    {
        ["x86_64"] =
        [
            // Debian, Ubuntu
            new("/usr/share/OVMF/OVMF_CODE_4M.ms.fd", "OVMF_VARS_4M.ms.fd", Enrolled),
            new("/usr/share/OVMF/OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd", Secure),
            new("/usr/share/OVMF/OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"),
            new("/usr/share/OVMF/OVMF_CODE.secboot.fd", "OVMF_VARS.fd", Secure),
            new("/usr/share/OVMF/OVMF_CODE.fd", "OVMF_VARS.fd"),
            // Fedora, RHEL
            new("/usr/share/edk2/ovmf/OVMF_CODE_4M.secboot.qcow2", "OVMF_VARS_4M.secboot.qcow2", Enrolled),
            new("/usr/share/edk2/ovmf/OVMF_CODE_4M.secboot.qcow2", "OVMF_VARS_4M.qcow2", Secure),
            new("/usr/share/edk2/ovmf/OVMF_CODE_4M.qcow2", "OVMF_VARS_4M.qcow2"),
            new("/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd", "OVMF_VARS.secboot.fd", Enrolled),
            new("/usr/share/edk2/ovmf/OVMF_CODE.secboot.fd", "OVMF_VARS.fd", Secure),
            new("/usr/share/edk2/ovmf/OVMF_CODE.fd", "OVMF_VARS.fd"),
            // Arch
            new("/usr/share/edk2/x64/OVMF_CODE.secboot.4m.fd", "OVMF_VARS.4m.fd", Secure),
            new("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "OVMF_VARS.4m.fd"),
            // Gentoo
            new("/usr/share/edk2/OvmfX64/OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"),
            new("/usr/share/edk2-ovmf/OVMF_CODE.fd", "OVMF_VARS.fd"),
            // openSUSE
            new("/usr/share/qemu/ovmf-x86_64-smm-code.bin", "ovmf-x86_64-smm-vars.bin", Secure),
            new("/usr/share/qemu/ovmf-x86_64-code.bin", "ovmf-x86_64-vars.bin"),
            new("*/edk2-x86_64-secure-code.fd", "edk2-i386-vars.fd", Secure),
            new("*/edk2-x86_64-code.fd", "edk2-i386-vars.fd"),
        ],
        ["aarch64"] =
        [
            new("/usr/share/AAVMF/AAVMF_CODE.no-secboot.fd", "AAVMF_VARS.fd"),
            new("/usr/share/AAVMF/AAVMF_CODE.fd", "AAVMF_VARS.fd"),
            new("/usr/share/edk2/aarch64/QEMU_EFI-silent-pflash.qcow2", "vars-template-pflash.qcow2"),
            new("/usr/share/edk2/aarch64/QEMU_EFI-silent-pflash.raw", "vars-template-pflash.raw"),
            new("/usr/share/edk2/aarch64/QEMU_CODE.fd", "QEMU_VARS.fd"),
            new("/usr/share/qemu/aavmf-aarch64-code.bin", "aavmf-aarch64-vars.bin"),
            new("*/edk2-aarch64-code.fd", "edk2-arm-vars.fd"),
        ],
        ["riscv64"] =
        [
            new("/usr/share/qemu-efi-riscv64/RISCV_VIRT_CODE.fd", "RISCV_VIRT_VARS.fd"),
            new("/usr/share/edk2/riscv/RISCV_VIRT_CODE.qcow2", "RISCV_VIRT_VARS.qcow2"),
            new("/usr/share/edk2/riscv/RISCV_VIRT_CODE.fd", "RISCV_VIRT_VARS.fd"),
            new("*/edk2-riscv-code.fd", "edk2-riscv-vars.fd"),
        ],
        ["loongarch64"] =
        [
            new("/usr/share/qemu-efi-loongarch64/QEMU_EFI.fd", "QEMU_VARS.fd"),
            new("/usr/share/edk2/loongarch64/QEMU_EFI.fd", "QEMU_VARS.fd"),
            new("*/edk2-loongarch64-code.fd", "edk2-loongarch64-vars.fd"),
        ],
    };

    /// <summary>The directories searched.</summary>
    public static IReadOnlyList<string> Directories(string architecture, FirmwarePlaces places) =>
        [.. Candidates(architecture, places).Select(found => Path.GetDirectoryName(found.Executable)!).Distinct()];

    /// <summary>The firmware found, as descriptors.</summary>
    public static List<FirmwareDescriptor> Find(FirmwarePlatform platform, FirmwarePlaces places)
    {
        var found = new List<FirmwareDescriptor>();
        foreach (var (executable, template, features) in Candidates(platform.Architecture, places))
        {
            if (!File.Exists(executable) || !File.Exists(template))
                continue;
            var json = JsonSerializer.SerializeToUtf8Bytes(
                Document(platform, executable, template, features), FirmwareJson.Default.FirmwareDocument);
            if (DescriptorReader.Read(executable, json, out _) is { } descriptor)
                found.Add(descriptor);
        }

        return found;
    }

    private static IEnumerable<(string Executable, string Template, string[] Features)> Candidates(
        string architecture, FirmwarePlaces places)
    {
        foreach (var place in ByArchitecture.GetValueOrDefault(architecture, []))
        {
            var executables = place.Executable.StartsWith("*/", StringComparison.Ordinal)
                ? places.QemuData.Select(directory => Path.Combine(directory, place.Executable[2..]))
                : [Path.Combine(places.Root, place.Executable[1..])];
            foreach (var executable in executables)
                yield return (executable, Path.Combine(Path.GetDirectoryName(executable)!, place.Template), place.Features);
        }
    }

    private static FirmwareDocument Document(
        FirmwarePlatform platform, string executable, string template, string[] features) => new()
    {
        Description = $"UEFI firmware found at {executable}, without a descriptor",
        InterfaceTypes = [FirmwareDescriptor.Uefi],
        Mapping = new MappingDocument { Device = "flash", Executable = FileOf(executable), NvramTemplate = FileOf(template) },
        Targets = [new TargetDocument { Architecture = platform.Architecture, Machines = platform.Machines }],
        Features = features,
        Tags = [],
    };

    private static FileDocument FileOf(string path) =>
        new() { Filename = path, Format = path.EndsWith(".qcow2", StringComparison.Ordinal) ? "qcow2" : "raw" };
}
