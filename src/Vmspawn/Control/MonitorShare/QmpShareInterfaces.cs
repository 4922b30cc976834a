using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Control.MonitorShare;

/// <summary>The Varlink interfaces by which systemd's programs recognise a VM and a QEMU VM.</summary>
internal static class QmpShareInterfaces
{
    /// <summary>The name of the interface that shares QEMU's monitor.</summary>
    public const string QemuName = "io.systemd.QemuMachineInstance";

    private static readonly VarlinkInterface Qemu = new(
        QemuName,
        methods:
        [
            new VarlinkMethod("AcquireQMP", [], [], VarlinkMethodFlags.RequiresUpgrade, "Makes the connection speak QMP. Any number of programs may do so at once."),
        ],
        errors: [new VarlinkError("AlreadyAcquired", [], "Part of the interface; never given here.")]);

    /// <summary><c>io.systemd.VirtualMachineInstance</c>, which has no methods.</summary>
    public static VarlinkImplementation VirtualMachine() => new(new VarlinkInterface("io.systemd.VirtualMachineInstance"));

    /// <summary><c>io.systemd.QemuMachineInstance</c>.</summary>
    /// <param name="share">Returns the shared monitor once QEMU runs.</param>
    /// <param name="ended">Called with the reason when a program's connection ends; must not throw.</param>
    public static VarlinkImplementation QemuMachine(Func<Task<QmpShare>> share, Action<PeerCredentials, QmpShareEnd>? ended = null)
    {
        return new VarlinkImplementation(Qemu).On("AcquireQMP", AcquireAsync);

        async ValueTask AcquireAsync(VarlinkCall call)
        {
            var shared = await share().ConfigureAwait(false);
            using var connection = await call.UpgradeAsync().ConfigureAwait(false);
            var end = await shared.ServeAsync(connection, call.Cancellation).ConfigureAwait(false);
            ended?.Invoke(connection.Peer, end);
        }
    }
}
