using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for the machine's resources.</summary>
internal static class HostOptions
{
    public static VmOption[] All() =>
    [
        Declare.Value(
            Topic.Host,
            "--arch",
            null,
            string.Join('|', ArchitectureText.Words),
            "The guest's processor",
            ArchitectureText.Parse,
            (options, architecture) => options with { Architecture = architecture },
            "the host's",
            ArchitectureText.Words),
        Declare.Value(
            Topic.Host,
            "--cpus",
            null,
            "N[,KEY=N…]",
            "CPUs, in the syntax of QEMU's -smp",
            CpusText.Parse,
            (options, cpus) => options with { Cpus = cpus },
            "1").OnceCalled("--qemu-smp"),
        Declare.Value(
            Topic.Host,
            "--ram",
            null,
            "SIZE[:MAX[:SLOTS]]",
            "Memory; MAX is the limit for hotplug",
            RamText.Parse,
            (options, ram) => options with { Ram = ram },
            "2G").OnceCalled("--qemu-mem"),
        Declare.Value(
            Topic.Host,
            "--kvm",
            null,
            "BOOL|auto",
            "Require, emulate, or KVM if it works",
            TristateText.Parse,
            (options, kvm) => options with { Kvm = kvm },
            "auto",
            "yes",
            "no",
            "auto").OnceCalled("--qemu-kvm"),
        Declare.Choice(
            Topic.Host,
            "--coco",
            "KIND",
            "A confidential guest, which the host cannot read: no, sev-snp, tdx",
            "no",
            [.. OptionWords.ConfidentialGuests, ("", ConfidentialGuest.No)],
            (options, confidential) => options with { Confidential = confidential }),
        Declare.Value(
            Topic.Host,
            "--qemu-sandbox",
            null,
            "BOOL",
            "Confine QEMU with its own seccomp filter",
            BoolText.Parse,
            (options, sandbox) => options with { QemuSandbox = sandbox },
            "yes",
            "yes",
            "no"),
    ];
}
