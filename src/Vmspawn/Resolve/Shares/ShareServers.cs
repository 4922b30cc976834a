using Vmspawn.Shares;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Chooses the server of each share: a virtiofsd, or QEMU where there is none.</summary>
internal sealed class ShareServers(HostInventory inventory, VirtiofsdFacts facts, List<Problem> problems, List<string> notices)
{
    private const string NinePDriver = "virtio-9p-pci";
    private const string Install = "install it: apt install virtiofsd, or dnf install virtiofsd";

    private bool _isSandboxReported;
    private bool _isFallbackReported;

    /// <summary>The server of a directory; null with the reason in the problems.</summary>
    /// <param name="subject">The option that requests it.</param>
    /// <param name="path">The directory.</param>
    /// <param name="readOnly">The guest may not write.</param>
    /// <param name="ids">Ids to map, or null.</param>
    /// <param name="isRequired">Whether the user requires a mapping.</param>
    public ShareServer? For(string subject, string path, bool readOnly, IdMap? ids, bool isRequired)
    {
        if (facts.Best(inventory.Host.IsRoot) is not { } program)
            return WithoutVirtiofsd(subject, ids, isRequired);
        if (readOnly && !program.HasReadOnly && facts.Sandbox != VirtiofsdSandbox.Namespace)
        {
            problems.Add(new Problem("bind-read-only", subject,
                $"{program.Path} does not support read-only shares, and the directory cannot be mounted read-only without privileges", "use the virtiofsd in Rust"));
            return null;
        }

        if (ids is not null && !program.HasTranslation)
            CannotMap(subject, path, program.Path, isRequired);
        return new Virtiofsd(program.Path, program.Kind, Sandbox(program, path)) { MapsIds = program.HasTranslation };
    }

    private VirtiofsdSandbox Sandbox(VirtiofsdProgram program, string path)
    {
        // That of an ordinary user has no privileges to drop, and in a user namespace it would see one id only.
        if (!inventory.Host.IsRoot)
            return VirtiofsdSandbox.None;
        if (facts.Sandbox == VirtiofsdSandbox.None && !_isSandboxReported)
            notices.Add($"{program.Path} runs without a sandbox, because creating namespaces and chroot are not permitted");
        _isSandboxReported = true;
        // pivot_root(2) into the root directory itself fails with EBUSY; the program in Rust creates a mount for it first.
        return program.Kind == VirtiofsdKind.C && path == "/" && facts.Sandbox == VirtiofsdSandbox.Namespace ? VirtiofsdSandbox.Chroot : facts.Sandbox;
    }

    private NineP? WithoutVirtiofsd(string subject, IdMap? ids, bool isRequired)
    {
        if (!inventory.Qemu.HasDriver(NinePDriver))
        {
            problems.Add(new Problem("virtiofsd-missing", subject, $"{facts.WhyNone}, and this QEMU has no 9p", Install));
            return null;
        }

        if (!_isFallbackReported)
            notices.Add($"sharing by 9p, which is slower and which not every guest knows: {facts.WhyNone} ({Install})");
        _isFallbackReported = true;
        if (isRequired)
            CannotMap(subject, "", "9p", isRequired);
        return new NineP(inventory.Host.IsRoot);
    }

    private void CannotMap(string subject, string path, string server, bool isRequired)
    {
        if (isRequired)
            problems.Add(new Problem("ids-not-mapped", "--private-users=", $"{server} cannot map the guest's ids", "use virtiofsd 1.12 or later"));
        else
            notices.Add($"{subject}: {path} is not root's, and {server} cannot map the guest's ids: the guest sees the owners that the host sees");
    }
}
