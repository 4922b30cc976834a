using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Plan;
using Vmspawn.Qemu;
using Vmspawn.Resolve;
using Vmspawn.Shares;
using Vmspawn.Spec;

namespace Vmspawn.Cli.Tests.Golden;

/// <summary>A host that is the same everywhere: images made for the test, a QEMU of known facts, no KVM.</summary>
internal sealed class GoldenInventory : IDisposable
{
    // On a disk: what is joined or thrown away is put beside its image there, and /tmp may be in memory.
    private readonly string _directory = Directory.CreateDirectory($"/var/tmp/vmspawn-golden-{Guid.NewGuid():n}").FullName;

    /// <summary>What the QEMU is for.</summary>
    public Platform Platform { get; init; } = Platform.X86;

    /// <summary>Installed beside QEMU.</summary>
    public IReadOnlyList<string> Programs { get; init; } = [];

    /// <summary>The virtiofsd that is installed, or null.</summary>
    public VirtiofsdKind? Virtiofsd { get; init; }

    /// <summary>The kernel's vsock is usable.</summary>
    public bool HasVhostVsock { get; init; }

    /// <summary>The KVM device was passed as a descriptor.</summary>
    public bool HasPassedKvm { get; init; }

    /// <summary>The confidential guests that the host can have.</summary>
    public ConfidentialHost Confidential { get; init; } = ConfidentialHost.None;

    /// <summary>Objects that QEMU makes besides.</summary>
    public IReadOnlyList<string> Objects { get; init; } = [];

    /// <summary>Devices that QEMU has besides, on no bus.</summary>
    public IReadOnlyList<string> Drivers { get; init; } = [];

    /// <summary>Types of <c>-display</c> that QEMU has besides "none".</summary>
    public IReadOnlyList<string> Displays { get; init; } = [];

    /// <summary>QEMU has a VNC server.</summary>
    public bool HasVnc { get; init; } = true;

    /// <summary>The user's environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>KVM runs guests.</summary>
    public bool HasKvm { get; init; }

    /// <summary>QEMU's version.</summary>
    public QemuVersion Version { get; init; } = new(7, 2, 22);

    /// <summary>Context ids that other machines have.</summary>
    public IReadOnlyList<uint> TakenCids { get; init; } = [];

    /// <summary>Whether the user is root.</summary>
    public bool IsRoot { get; init; }

    /// <summary>The kernel grants it.</summary>
    public bool HasIoUring { get; init; }

    public GoldenInventory()
    {
        foreach (var name in new[] { "root.raw", "data.raw", "more data.raw", "cd.iso", "vmlinuz", "one.cpio", "two.cpio" })
            File.WriteAllBytes(PathOf(name), [.. Enumerable.Repeat((byte)0x55, 1 << 20)]);
        using (var kernel = File.OpenHandle(PathOf("vmlinuz"), FileMode.Open, FileAccess.Write))
            RandomAccess.Write(kernel, [0x7f, .. "ELF"u8], 0);
        // An MZ header that points to a PE header with nothing behind it.
        File.WriteAllBytes(PathOf("linux.efi"), [.. "MZ"u8, .. new byte[58], 64, 0, 0, 0, .. "PE\0\0"u8, .. new byte[64]]);
        Directory.CreateDirectory(PathOf("tree/boot/loader/entries"));
        File.WriteAllText(PathOf("tree/boot/loader/entries/a.conf"), "title A\nversion 1\nlinux /kernel\ninitrd /one\ninitrd /two\noptions root=UUID=1 ro entry.word=1\n");
        foreach (var name in new[] { "kernel", "one", "two" })
            File.WriteAllBytes(PathOf($"tree/boot/{name}"), [0x7f, (byte)'E', (byte)'L', (byte)'F', .. new byte[60]]);
        WriteFirmware();
        using var qcow2 = File.OpenHandle(PathOf("root.qcow2"), FileMode.Create, FileAccess.ReadWrite);
        QcowOverlay.Write(qcow2, 1 << 30);
    }

    /// <summary>The notices of the last resolution.</summary>
    public IReadOnlyList<string> Notices { get; private set; } = [];

    /// <summary>The plan of a command line, or what is wrong with it.</summary>
    public (VmPlan? Plan, IReadOnlyList<Problem> Problems) Plan(string[] args, string? extra)
    {
        var (spec, problems) = Spec(args, extra);
        if (spec is null)
            return (null, problems);
        var result = MachinePlanner.Plan(spec);
        return (result.Plan, result.Problems);
    }

    /// <summary>The spec of a command line, or what is wrong with it.</summary>
    public (MachineSpec? Spec, IReadOnlyList<Problem> Problems) Spec(string[] args, string? extra)
    {
        var environment = new Dictionary<string, string> { ["TERM"] = "xterm-256color" };
        if (extra is not null)
            environment["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = extra;
        var words = args.Select(arg => arg.Replace("IMAGES", _directory, StringComparison.Ordinal)).ToArray();
        var parsed = CommandLine.Parse("vmspawn", words, environment);
        if (parsed is Mistakes(var mistakes))
            return (null, mistakes);

        var options = Assert.IsType<RunCommand>(parsed).Options;
        var process = new ProcessContext(Environment.GetValueOrDefault, Terminal: null, () => 0x0123456789abcdef);
        var resolution = Resolver.ResolveAsync(options, HostInventory(), process, CancellationToken.None).GetAwaiter().GetResult();
        Notices = resolution.Notices;
        return (resolution.Spec, resolution.Problems);
    }

    /// <summary>An option and its value on one line, descriptors after them, paths of this run replaced.</summary>
    public string Print(VmPlan plan)
    {
        var lines = new List<string> { plan.Program };
        foreach (var argument in plan.Arguments)
        {
            if (argument.StartsWith('-') || lines.Count == 1 || lines[^1].Contains(' ', StringComparison.Ordinal))
                lines.Add(argument);
            else
                lines[^1] += $" {argument}";
        }

        lines.Add("");
        foreach (var helper in plan.Helpers)
        {
            lines.Add(string.Join(' ', helper.Command));
            lines.AddRange(helper.Descriptors.Select(descriptor => $"{descriptor.Number} {descriptor.Slot}: {Describe(descriptor.Source)}"));
            lines.Add("");
        }

        lines.AddRange(plan.Descriptors.Select(descriptor => $"{descriptor.Number} {descriptor.Slot}: {Describe(descriptor.Source)}"));
        return string.Join('\n', lines).Replace(_directory, "IMAGES", StringComparison.Ordinal) + "\n";
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Describe(DescriptorSource source) => source switch
    {
        OpenedFile file => $"{(file.ReadOnly ? "read" : "read and write")} {file.Path}",
        AnonymousOverlay overlay => $"overlay of {overlay.VirtualSize} bytes in {overlay.Directory}",
        JoinedFiles joined => $"joined {string.Join(" + ", joined.Files.Select(file => file.Path))}{(joined.Tree is null ? "" : $" of {joined.Tree}")}{Behind(joined.Tail)} in {joined.Directory}",
        KeptNvram nvram => $"EFI variables in {nvram.Path}, at first those of {nvram.Template}",
        ForgottenNvram nvram => $"a throw-away copy of {nvram.Template}",
        FilesInImage files => $"{files.Files.Count} files of {files.Image}{Behind(files.Tail)}",
        MemoryBytes bytes => $"{bytes.Content.Length} bytes in memory",
        MonitorSocket => "monitor socket",
        NotifyPort => "the guest's reports",
        ShellSocket => "commands in the guest",
        AgentSocket => "the guest's agent",
        RuntimeDirectory => "the runtime directory",
        HelperSocket socket => $"connected to {socket.Name}",
        VhostVsockDevice vsock => $"{(vsock.IsPassed ? "the passed " : "")}vhost-vsock with CID {vsock.Cid}",
        PassedKvm => "the passed KVM device",
        ConsoleTerminal => "console terminal",
        SocketEnd end => $"an end of the socket {end.Pair}",
        FileInTree file => $"read {file.Path} in {file.Tree}",
        LockedTree tree => $"lock {tree.Path}{(tree.IsShared ? " with others" : "")}",
        ThrowAwayTree tree => $"directory {tree.Path}{(tree.CopyOf is null ? "" : $", a copy of {tree.CopyOf}")}",
        ListeningEnd end => $"a listening socket, {end.Pair} in its queue",
        TpmStateDirectory { Maker: null } state => $"directory {state.Path}",
        TpmStateDirectory { Maker: { } maker } state => $"directory {state.Path}, made by {maker.Setup}",
        TapDevice tap => $"TAP device {tap.Interface}{(tap.Bridge is null ? "" : $" on {tap.Bridge}")}",
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, null),
    };

    private static string Behind(ReadOnlyMemory<byte> tail) => tail.Length == 0 ? "" : $" and {tail.Length} bytes";

    /// <summary>Five descriptors whose firmware is empty pages.</summary>
    private void WriteFirmware()
    {
        Directory.CreateDirectory(PathOf("firmware"));
        foreach (var name in new[] { "code.fd", "vars.fd", "keys.fd", "memory.fd" })
            File.WriteAllBytes(PathOf($"firmware/{name}"), new byte[4096]);
        Descriptor("40-enrolled", $$"""{"device": "flash", "executable": {{FileOf("code.fd")}}, "nvram-template": {{FileOf("keys.fd")}}}""", "requires-smm", "secure-boot", "enrolled-keys");
        Descriptor("60-plain", $$"""{"device": "flash", "executable": {{FileOf("code.fd")}}, "nvram-template": {{FileOf("vars.fd")}}}""", "acpi-s3");
        Descriptor("70-stateless", $$"""{"device": "flash", "mode": "stateless", "executable": {{FileOf("code.fd")}}}""", "stateless");
        Descriptor("75-combined", $$"""{"device": "flash", "mode": "combined", "executable": {{FileOf("code.fd")}}}""", "combined");
        Descriptor("80-memory", $$"""{"device": "memory", "filename": "{{PathOf("firmware/memory.fd")}}"}""", "memory");
    }

    /// <summary>Adds firmware for confidential guests, as Debian has it.</summary>
    public void InstallConfidentialFirmware()
    {
        string Memory(string name)
        {
            File.WriteAllBytes(PathOf($"firmware/{name}"), new byte[4096]);
            return $$"""{"device": "memory", "filename": "{{PathOf($"firmware/{name}")}}"}""";
        }

        Descriptor("90-amdsev", Memory("OVMF.amdsev.fd"), "amd-sev", "amd-sev-es", "amd-sev-snp", "verbose-dynamic");
        Descriptor("90-inteltdx", Memory("OVMF.inteltdx.ms.fd"), "enrolled-keys", "intel-tdx", "secure-boot", "verbose-dynamic");
    }

    /// <summary>Adds firmware for one read-only flash chip.</summary>
    public void InstallStatelessFlash(string name, string format, params string[] features) =>
        Descriptor(name, $$"""{"device": "flash", "mode": "stateless", "executable": {{FileOf("code.fd", format)}} }""", features);

    /// <summary>Adds firmware that keeps its variables.</summary>
    public void InstallSplitFlash(string name, params string[] features) =>
        Descriptor(name, $$"""{"device": "flash", "executable": {{FileOf("code.fd")}}, "nvram-template": {{FileOf("vars.fd")}} }""", features);

    private string FileOf(string name, string format = "raw") => $$"""{"filename": "{{PathOf($"firmware/{name}")}}", "format": "{{format}}"}""";

    private void Descriptor(string name, string mapping, params string[] features) => File.WriteAllText(PathOf($"firmware/{name}.json"), $$"""
        {
          "description": "{{name}}", "interface-types": ["uefi"], "mapping": {{mapping}},
          "targets": [{"architecture": "x86_64", "machines": ["pc-q35-*"]}],
          "features": [{{string.Join(", ", features.Select(feature => $"\"{feature}\""))}}], "tags": []
        }
        """);

    private HostInventory HostInventory()
    {
        var host = new HostFacts(IsRoot ? 0u : 1000u, 2, 8L << 30, new RuntimeBase("/run/user/1000/systemd/vmspawn", false), true, HasVhostVsock, true, HasIoUring, MayAdministerNetwork: true);
        var qemu = new QemuFacts
        {
            Path = $"/usr/bin/qemu-system-{Platform.Name}",
            Version = Version,
            Drivers = new Dictionary<string, string>(Drivers.Select(driver => KeyValuePair.Create(driver, "")))
            {
                ["nvme"] = "PCI",
                ["vhost-vsock-pci"] = "PCI",
                ["vhost-user-vsock-pci"] = "PCI",
                ["virtio-blk-pci"] = "PCI",
                ["virtio-net-pci"] = "PCI",
                ["pcie-root-port"] = "PCI",
                ["scsi-hd"] = "SCSI",
                ["tpm-tis"] = "ISA",
                ["virtio-9p-pci"] = "PCI",
            },
            Machines = new HashSet<string> { "q35", "pc-q35-7.2" },
            MachineAliases = new Dictionary<string, string> { ["q35"] = "pc-q35-7.2" },
            Accelerators = new HashSet<string> { "tcg", "kvm" },
            Objects = new HashSet<string>(["rng-builtin", .. Objects]),
            Displays = new HashSet<string>(["none", .. Displays]),
            Chardevs = new HashSet<string>(["socket", "qemu-vdagent"]),
            HasVnc = HasVnc,
            HasSandbox = true,
            HasIoUring = true,
        };
        return new HostInventory(
            host,
            qemu,
            new FirmwarePlaces([PathOf("firmware")], []),
            name => Programs.Contains(name) ? $"/usr/bin/{name}" : null,
            (_, _) => Task.FromResult(HasKvm ? new KvmFacts(true, null) : new KvmFacts(false, "the tests have none")))
        {
            Confidential = () => Confidential,
            Platform = Platform,
            Passed = new PassedDevices(HasPassedKvm ? new Microsoft.Win32.SafeHandles.SafeFileHandle() : null, null),
            Vsock = new VsockHost(IsFree, IsFree, () => 1425258489),
            FindUser = (name, _) => Task.FromResult<HostUser?>(new HostUser { Name = name, UserId = 1000, GroupId = 100, Home = PathOf("tree") }),
            Virtiofsd = _ => Task.FromResult(new VirtiofsdFacts(
                Virtiofsd is { } kind ? [new VirtiofsdProgram("/usr/libexec/virtiofsd", kind, HasReadOnly: kind == VirtiofsdKind.Rust, HasTranslation: kind == VirtiofsdKind.Rust)] : [],
                ["$PATH"],
                [],
                VirtiofsdSandbox.Namespace)),
        };
    }

    private bool IsFree(uint cid) => !TakenCids.Contains(cid);

    private string PathOf(string name) => Path.Combine(_directory, name);
}
