using Vmspawn.Linux;

namespace Vmspawn;

/// <summary>Why a request to a running machine failed.</summary>
public enum VmControlFailure
{
    /// <summary>No disk of that name is attached.</summary>
    NoSuchStorage,

    /// <summary>A disk of that name is attached or being attached.</summary>
    StorageExists,

    /// <summary>The disk cannot be detached while the VM runs.</summary>
    StorageImmutable,

    /// <summary>No root port is left.</summary>
    NoFreePort,

    /// <summary>The guest refused.</summary>
    GuestRefused,

    /// <summary>The guest or QEMU has not answered in time.</summary>
    TimedOut,

    /// <summary>The request is not valid.</summary>
    BadConfig,

    /// <summary>The request is valid, but this QEMU or device cannot do it.</summary>
    ConfigNotSupported,

    /// <summary>The descriptor cannot be a disk.</summary>
    BadFile,

    /// <summary>QEMU does not answer, or has ended.</summary>
    NotConnected,

    /// <summary>QEMU refused or failed a step.</summary>
    QemuFailed,
}

/// <summary>A request to a running machine failed; the message is the reason, a sentence for users.</summary>
public sealed class VmControlException : VmException
{
    internal VmControlException(VmControlFailure failure, string reason, Exception? cause = null)
        : base(reason, cause) => Failure = failure;

    /// <summary>Why.</summary>
    public VmControlFailure Failure { get; }

    /// <summary>The error number of a system call, for interfaces that have no error of their own for it.</summary>
    public Errno Errno { get; init; } = Errno.EIO;
}
