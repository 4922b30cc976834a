namespace Vmspawn.Options;

/// <summary>Require, refuse, or use if available.</summary>
public enum Tristate
{
    /// <summary>Use if available.</summary>
    Auto,

    /// <summary>Required: an error if unavailable.</summary>
    Yes,

    /// <summary>Not used.</summary>
    No,
}

/// <summary>Whose runtime directory and services are used.</summary>
public enum RuntimeScope
{
    /// <summary><see cref="System"/> for root, else <see cref="User"/>.</summary>
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

/// <summary>The processor feature that encrypts the guest's memory.</summary>
public enum ConfidentialGuest
{
    /// <summary>None: an ordinary guest.</summary>
    No,

    /// <summary>AMD's SEV-SNP.</summary>
    SevSnp,

    /// <summary>Intel's TDX.</summary>
    Tdx,
}

/// <summary>The firmware that the machine starts.</summary>
public enum FirmwareKind
{
    /// <summary>UEFI, or no firmware for a kernel that is not a PE binary.</summary>
    Auto,

    /// <summary>UEFI.</summary>
    Uefi,

    /// <summary>SeaBIOS.</summary>
    Bios,

    /// <summary>The kernel directly; needs <c>--linux=</c>.</summary>
    None,
}

/// <summary>Where the guest's console is connected.</summary>
public enum ConsoleMode
{
    /// <summary>The terminal, in raw mode.</summary>
    Interactive,

    /// <summary>Standard output; input is not read.</summary>
    ReadOnly,

    /// <summary>QEMU's own multiplexer with its monitor.</summary>
    Native,

    /// <summary>A graphics card, its screen in a window or by VNC, and no text console.</summary>
    Gui,

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

/// <summary>The backend of a NIC.</summary>
public enum NetworkMode
{
    /// <summary>User-mode networking: outgoing connections, and incoming ones only through published ports.</summary>
    User,

    /// <summary>A TAP device of the host.</summary>
    Tap,
}

/// <summary>How a snapshot's memory is compressed.</summary>
public enum MemoryCompression
{
    /// <summary>Not at all; pages of zeros take no space in any case.</summary>
    None,

    /// <summary>By zstd(1).</summary>
    Zstd,
}
