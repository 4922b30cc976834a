using System.Buffers.Binary;
using System.Text;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Determines whether there is a vsock, its kind, and the guest's context id.</summary>
internal sealed class VsockResolver(VmOptions options, HostInventory inventory, Func<ulong> random, List<Problem> problems)
{
    private const string ProgramName = "vhost-device-vsock";

    /// <summary>The number of ids that are tried when the machine's own is taken: each of them is almost certainly free.</summary>
    private const int Tries = 32;

    public VsockSpec? Resolve(string machine)
    {
        var request = options.Vsock;
        if (request.Mode == VsockMode.No || (request.Mode == VsockMode.Auto && options.QemuExtra.Any(word => word.Contains("vsock", StringComparison.Ordinal))))
            return null;
        if (request.Mode != VsockMode.User && HasKernels && inventory.Qemu.HasDriver(VsockSpec.KernelDriver))
            return Choose(machine, inventory.Vsock.IsFree) is { } cid ? new VsockSpec(cid, null) { IsPassed = inventory.Passed.VhostVsock is not null } : null;
        if (inventory.Qemu.HasDriver(VsockSpec.UserDriver) && inventory.FindProgram(ProgramName) is { } program)
            return Choose(machine, inventory.Vsock.IsUnclaimed) is { } cid ? new VsockSpec(cid, program) : null;
        if (request.Mode == VsockMode.Auto)
            return null;
        problems.Add(new Problem("vsock-missing", $"--vsock={(request.Mode == VsockMode.User ? "user" : "yes")}", WhyNot(request.Mode), Hint(request.Mode)));
        return null;
    }

    private bool HasKernels => inventory.Passed.VhostVsock is not null || inventory.Host.HasVhostVsock;

    /// <summary>The same id for the same name, so that other programs can compute it from the name.</summary>
    internal static uint Derive(string machine)
    {
        var hash = BinaryPrimitives.ReadUInt64BigEndian(Sha256.Hash(Encoding.UTF8.GetBytes($"vmspawn cid {machine}")));
        return InRange(hash);
    }

    private static uint InRange(ulong any) => VsockCid.First + (uint)(any % (VsockCid.Last - VsockCid.First + 1));

    private uint? Choose(string machine, Func<uint, bool> isFree)
    {
        if (options.Vsock.Cid is { } requested)
        {
            if (isFree(requested))
                return requested;
            problems.Add(new Problem("vsock-cid-taken", $"--vsock-cid={requested}", "another machine has this context id", "choose another, or omit the option"));
            return null;
        }

        var cid = Derive(machine);
        for (var i = 0; i < Tries && !isFree(cid); i++)
            cid = InRange(random());
        return cid;
    }

    private string WhyNot(VsockMode mode)
    {
        var user = inventory.Qemu.HasDriver(VsockSpec.UserDriver) ? $"{ProgramName} is not installed" : $"this QEMU has no device {VsockSpec.UserDriver}";
        if (mode == VsockMode.User)
            return user;
        var kernel = HasKernels ? $"this QEMU has no device {VsockSpec.KernelDriver}" : "/dev/vhost-vsock cannot be opened";
        return $"{kernel}, and {user}";
    }

    private static string Hint(VsockMode mode) => mode == VsockMode.User
        ? $"install it (Debian: {ProgramName})"
        : $"load the module vhost_vsock and join the group kvm, or install {ProgramName}";
}
