using Vmspawn.Host;
using Vmspawn.Options;
using Vmspawn.Qemu;

namespace Vmspawn.Doctor;

/// <summary>Findings about what runs a guest: QEMU, KVM, firmware, TPM.</summary>
internal static class GuestFindings
{
    public const string KvmId = "kvm";

    public static IEnumerable<HostFinding> Of(HostExamination host)
    {
        foreach (var qemu in host.Qemus)
            yield return Qemu(host, qemu);
        yield return Kvm(host);
        yield return Firmware(host, host.Native);
        yield return SecureBoot(host, host.Native);
        yield return Tpm(host);
        yield return Confidential(host);
    }

    private static HostFinding Qemu(HostExamination host, ExaminedQemu qemu)
    {
        var isNative = qemu == host.Native;
        var id = $"qemu-{qemu.Platform.Name}";
        var subject = $"QEMU {qemu.Platform.Name}";
        if (qemu.Facts is { } facts)
            return HostFinding.Works(id, subject, $"{facts.Version} ({facts.Path})");
        var cost = isNative ? $"no machine starts but those of another architecture (--arch=)" : $"no {qemu.Platform.Name} guests (--arch=)";
        var fix = host.Distribution.Install(PackageOf(qemu.Platform));
        return host.Qemus.Any(other => other.Facts is not null)
            ? HostFinding.Lacks(id, subject, qemu.Problem!.Text, cost, fix)
            : new HostFinding(id, subject, isNative ? HostFindingState.Fails : HostFindingState.Lacks, qemu.Problem!.Text, isNative ? "no machine starts" : cost, fix);
    }

    private static Package PackageOf(Platform platform) => platform == Platform.X86 ? Package.QemuX86
        : platform == Platform.Arm64 ? Package.QemuArm
        : Package.QemuRiscV;

    private static HostFinding Kvm(HostExamination host)
    {
        const string Cost = "guests are emulated, which is ten times slower and more";
        if (host.Kvm is { Usable: true })
            return HostFinding.Works(KvmId, "KVM", "a guest runs with it");
        return HostFinding.Lacks(KvmId, "KVM", host.Kvm?.Reason ?? "there is no QEMU to try it with", Cost, host.KvmDevice switch
        {
            DeviceAccess.Denied => $"usermod -aG kvm {host.User}, then log in again",
            DeviceAccess.Missing => "modprobe kvm_intel or kvm_amd; the CPU's virtualisation is switched on in the firmware's setup, or nested by the outer host",
            _ => null,
        });
    }

    private static HostFinding Confidential(HostExamination host)
    {
        const string Id = "confidential";
        const string Subject = "confidential";
        const string Cost = "no --coco=";
        if (ConfidentialTechnique.All.FirstOrDefault(technique => host.Confidential.WhyNot(technique) is null) is not { } technique)
        {
            var reasons = ConfidentialTechnique.All.Where(host.Confidential.Knows).Select(host.Confidential.WhyNot).ToList();
            return HostFinding.Lacks(Id, Subject, reasons.Count == 0 ? "KVM knows neither SEV-SNP nor TDX here" : string.Join("; ", reasons), Cost, null);
        }

        return host.Native.Facts is { } qemu && qemu.Objects.Contains(technique.ObjectType)
            ? HostFinding.Works(Id, Subject, $"{technique.Name} ({technique.Option})")
            : HostFinding.Lacks(Id, Subject, $"the host has {technique.Name}, and QEMU does not know it", Cost, $"install QEMU {technique.FirstQemu} or later");
    }

    private static HostFinding Firmware(HostExamination host, ExaminedQemu qemu) => qemu.Firmware is { } firmware
        ? HostFinding.Works("uefi", "UEFI firmware", firmware.Origin)
        : HostFinding.Lacks(
            "uefi",
            "UEFI firmware",
            $"none is installed for {qemu.Platform.Name}",
            qemu.Platform == Platform.X86 ? "disks start only by --firmware=bios, unified kernels not at all" : "disks and unified kernels do not start",
            host.Distribution.Install(FirmwareOf(qemu.Platform)));

    private static HostFinding SecureBoot(HostExamination host, ExaminedQemu qemu) => qemu.SecureFirmware is { } firmware
        ? HostFinding.Works("secure-boot", "Secure Boot", firmware.Origin)
        : HostFinding.Lacks(
            "secure-boot", "Secure Boot", "no firmware with it is installed", "no --secure-boot=yes", host.Distribution.Install(FirmwareOf(qemu.Platform)));

    private static Package FirmwareOf(Platform platform) => platform == Platform.X86 ? Package.FirmwareX86
        : platform == Platform.Arm64 ? Package.FirmwareArm
        : Package.FirmwareRiscV;

    private static HostFinding Tpm(HostExamination host)
    {
        if (host.Program("swtpm") is not { } swtpm)
            return HostFinding.Lacks("tpm", "TPM", "swtpm is not installed", "guests have no TPM", host.Distribution.Install(Package.Swtpm));
        return host.Program("swtpm_setup") is null || host.Program("swtpm_localca") is null
            ? HostFinding.Lacks("tpm", "TPM", $"{swtpm}, without swtpm_setup or swtpm_localca", "no new TPM can be made that is kept", host.Distribution.Install(Package.Swtpm))
            : HostFinding.Works("tpm", "TPM", swtpm);
    }
}
