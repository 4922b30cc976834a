using Vmspawn.Pcie;
using Vmspawn.Plan.Arguments;
using Vmspawn.Shares;
using Vmspawn.Spec;

namespace Vmspawn.Plan;

/// <summary>The plan stage: a pure function of the spec.</summary>
internal static class MachinePlanner
{
    public static PlanResult Plan(MachineSpec spec)
    {
        var problems = new List<Problem>();
        CheckCommandLine(spec, problems);
        SmbiosReach.Check(spec, problems);
        problems.AddRange(CredentialPlacement.For(spec).Unplaced.Select(credential => Unplaced(spec, credential)));
        var user = UserDevices.From(spec.Extra, spec.Qemu, problems);
        var request = new PcieRequest(spec.Platform.Board, spec.Layout, spec.HotplugPorts, DeviceDemands.For(spec), user);
        var pcie = PciePlanner.Plan(request);
        problems.AddRange(pcie.Problems.Select(problem => new Problem(problem.Code, problem.Subject, problem.Text, problem.Hint)));
        return problems.Count > 0 || pcie.Topology is null
            ? new PlanResult(null, problems)
            : new PlanResult(Write(spec, pcie.Topology), []);
    }

    private static VmPlan Write(MachineSpec spec, PcieTopology topology)
    {
        var draft = new PlanDraft(topology);
        var interrupts = InterruptPlan.For(spec, topology);
        MachineArguments.Add(draft, spec);
        FirmwareArguments.Add(draft, spec.Firmware);
        BootArguments.Add(draft, spec);
        ConsoleArguments.Add(draft, spec);
        TpmArguments.Add(draft, spec);
        PortArguments.Add(draft);
        MachineArguments.AddDevices(draft, spec);
        ConsoleArguments.AddDevice(draft, spec);
        NotifyArguments.Add(draft);
        GuestChannelArguments.Add(draft, spec.Channels);
        NetworkArguments.Add(draft, spec);
        VsockArguments.Add(draft, spec.Vsock);
        JournalArguments.Add(draft, spec.Journal, VsockArguments.Plan(spec.Vsock));
        DiskArguments.Add(draft, spec, interrupts);
        ShareArguments.Add(draft, spec);
        UserArguments.Add(draft, spec.Extra, interrupts);
        IncomingArguments.Add(draft, spec);

        return new VmPlan
        {
            Name = spec.Name,
            Program = spec.Qemu.Path,
            Arguments = draft.Arguments,
            Descriptors = draft.Descriptors,
            Helpers = draft.Helpers,
            Growths = [.. spec.Drives.Where(drive => drive.GrowTo > 0).Select(drive => new GrowthPlan(drive.Path, drive.GrowTo!.Value))],
            Children = [.. spec.Drives.Where(drive => drive.MadeFrom is not null).Select(drive => new ChildImagePlan(drive.Path, drive.VirtualSize, drive.MadeFrom!))],
            Topology = topology,
            Interrupts = interrupts,
            Console = spec.Console,
            Vsock = VsockArguments.Plan(spec.Vsock),
            Ssh = SshFiles.Plan(spec),
            Files = SshFiles.Files(spec.Ssh),
            Notices =
            [
                .. new[] { topology.Note, interrupts.Notice, SmbiosReach.Notice(spec), ShareMounts.Notice(spec.Shares), GraphicsArguments.Notice(spec) }.OfType<string>(),
                .. Published(spec),
            ],
        };
    }

    private static IEnumerable<string> Published(MachineSpec spec) =>
        from link in spec.Nics.Select(nic => nic.Link).OfType<UserLink>()
        from port in link.Published
        where port.HostPort != spec.Ssh?.HostPort
        select $"{port.Address}:{port.HostPort} leads to {port.Protocol} port {port.GuestPort} of the guest";

    private static Problem Unplaced(MachineSpec spec, CredentialSpec credential) => new(
        "credential-place",
        $"credential {credential.Id}",
        spec.Confidential is null
            ? credential.Id.Length > CredentialPlacement.LongestFwCfgName
                ? "has a name too long for QEMU's fw_cfg, and there is no room for it in SMBIOS strings; on the kernel command line everybody could read it"
                : $"is one too many: SMBIOS strings are full, and at most {CredentialPlacement.MostInFwCfg} credentials go through QEMU's fw_cfg"
            : "is too large for SMBIOS strings, the one measured way into such a guest",
        spec.Confidential is null ? credential.Id.Length > CredentialPlacement.LongestFwCfgName
                ? "use a name of at most 28 characters, or write systemd.set_credential=NAME:VALUE among the kernel arguments if it is no secret"
                : "put several values into one credential"
            : "keep all of them below 36 KiB");

    private static void CheckCommandLine(MachineSpec spec, List<Problem> problems)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(KernelCommandLine.For(spec));
        var limit = spec.Platform.CommandLineSize;
        if (length < limit)
            return;
        problems.Add(new Problem("command-line-too-long", "kernel command line",
            $"is {length} bytes long, {limit - 1} is the most that Linux takes on {spec.Platform.Name}",
            "shorten the kernel arguments, or pass settings as credentials"));
    }
}

/// <summary>A plan, or all reasons why there is none.</summary>
/// <param name="Plan">Null exactly when there are problems.</param>
/// <param name="Problems">All reasons.</param>
internal sealed record PlanResult(VmPlan? Plan, IReadOnlyList<Problem> Problems);
