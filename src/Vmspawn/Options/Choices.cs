namespace Vmspawn.Options;

/// <summary>Insist, refuse, or take it when it is there.</summary>
public enum Tristate
{
    /// <summary>When it is usable here.</summary>
    Auto,

    /// <summary>Insist: its absence is an error.</summary>
    Yes,

    /// <summary>Never.</summary>
    No,
}

/// <summary>Whose runtime directory and services are used.</summary>
public enum RuntimeScope
{
    /// <summary>System for root, else user.</summary>
    Auto,

    /// <summary><c>/run</c>.</summary>
    System,

    /// <summary><c>$XDG_RUNTIME_DIR</c>.</summary>
    User,
}

/// <summary>Format of a disk image.</summary>
public enum ImageFormat
{
    /// <summary>The bytes of the disk.</summary>
    Raw,

    /// <summary>QEMU's copy-on-write format, version 2 or 3; regular files only.</summary>
    Qcow2,
}

/// <summary>How the guest sees a disk.</summary>
public enum DiskType
{
    /// <summary><c>virtio-blk</c>.</summary>
    VirtioBlk,

    /// <summary><c>virtio-scsi</c>: a target on a shared controller.</summary>
    VirtioScsi,

    /// <summary><c>nvme</c>.</summary>
    Nvme,

    /// <summary><c>scsi-cd</c>: read-only, on the shared SCSI controller.</summary>
    ScsiCd,
}

/// <summary>By which of the processor's techniques the guest's memory is hidden from the host.</summary>
public enum ConfidentialGuest
{
    /// <summary>By none.</summary>
    No,

    /// <summary>AMD's SEV-SNP.</summary>
    SevSnp,

    /// <summary>Intel's TDX.</summary>
    Tdx,
}

/// <summary>What the machine starts with.</summary>
public enum FirmwareKind
{
    /// <summary>UEFI, or none for a kernel that is not a PE binary.</summary>
    Auto,

    /// <summary>UEFI.</summary>
    Uefi,

    /// <summary>SeaBIOS.</summary>
    Bios,

    /// <summary>The kernel directly; needs <c>--linux=</c>.</summary>
    None,
}

/// <summary>Who reads and writes the guest's console.</summary>
public enum ConsoleMode
{
    /// <summary>Our terminal, in raw mode.</summary>
    Interactive,

    /// <summary>Shown on standard output; nothing is read.</summary>
    ReadOnly,

    /// <summary>QEMU's own multiplexer with its monitor.</summary>
    Native,

    /// <summary>No console.</summary>
    Headless,
}

/// <summary>The device that carries the console.</summary>
public enum ConsoleTransport
{
    /// <summary><c>hvc0</c>, virtio-serial.</summary>
    Virtio,

    /// <summary>The platform's UART.</summary>
    Serial,
}

/// <summary>What one NIC of the guest is plugged into.</summary>
public enum NetworkMode
{
    /// <summary>A network in user space: the guest reaches out, nothing reaches in but what is published.</summary>
    User,

    /// <summary>A TAP device of the host.</summary>
    Tap,
}
