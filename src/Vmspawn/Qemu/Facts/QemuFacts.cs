namespace Vmspawn.Qemu;

/// <summary>The version and features of a QEMU binary.</summary>
internal sealed record QemuFacts
{
    private static readonly QemuVersion FirstWithKvmDevice = new(8, 2, 0);
    private static readonly QemuVersion FirstWithFileMigration = new(9, 1, 0);
    private static readonly QemuVersion FirstWithNvmeMigration = new(11, 0, 0);
    private static readonly QemuVersion FirstWithShareMigration = new(8, 2, 0);

    /// <summary>Absolute path of the binary.</summary>
    public required string Path { get; init; }

    /// <summary>Its version.</summary>
    public required QemuVersion Version { get; init; }

    /// <summary>Each device driver with its bus type in QEMU's terms (<c>PCI</c>, <c>virtio-bus</c>, <c>SCSI</c>…); empty for one without a bus. Aliases are separate entries.</summary>
    public required IReadOnlyDictionary<string, string> Drivers { get; init; }

    /// <summary>Machine types by name, aliases included.</summary>
    public required IReadOnlySet<string> Machines { get; init; }

    /// <summary>The targets of aliases of machine types: <c>q35</c> → <c>pc-q35-7.2</c>.</summary>
    public IReadOnlyDictionary<string, string> MachineAliases { get; init; } = new Dictionary<string, string>();

    /// <summary>The directories where it looks for its data files such as firmware, in order; absolute paths.</summary>
    public IReadOnlyList<string> DataDirectories { get; init; } = [];

    /// <summary>Accelerators built in: <c>tcg</c>, <c>kvm</c>.</summary>
    public required IReadOnlySet<string> Accelerators { get; init; }

    /// <summary>The types of <c>-object</c>.</summary>
    public required IReadOnlySet<string> Objects { get; init; }

    /// <summary>The types of <c>-display</c> that it has the modules for: <c>gtk</c>, <c>sdl</c>.</summary>
    public IReadOnlySet<string> Displays { get; init; } = new HashSet<string>();

    /// <summary>The types of <c>-chardev</c>.</summary>
    public IReadOnlySet<string> Chardevs { get; init; } = new HashSet<string>();

    /// <summary>It has a VNC server (<c>-vnc</c>).</summary>
    public bool HasVnc { get; init; }

    /// <summary>The seccomp filter of <c>-sandbox on</c> is built in.</summary>
    public required bool HasSandbox { get; init; }

    /// <summary>Block devices accept <c>aio=io_uring</c>: built with liburing. Whether the kernel permits it is in the host's facts.</summary>
    public bool HasIoUring { get; init; }

    /// <summary><c>-accel kvm</c> accepts the device to use (<c>device=</c>, 8.2).</summary>
    public bool TakesKvmDevice => Accelerators.Contains("kvm") && Version >= FirstWithKvmDevice;

    /// <summary>
    /// A machine's state is written to and read from a file by a descriptor set (<c>file:/dev/fdset/N</c>): from 9.1 on, in which the older way (<c>fd:</c>)
    /// became deprecated for files.
    /// </summary>
    public bool MigratesToFileSets => Version >= FirstWithFileMigration;

    /// <summary>The state of an NVMe controller can be saved.</summary>
    public bool MigratesNvme => Version >= FirstWithNvmeMigration;

    /// <summary>The state of a virtiofs device can be saved.</summary>
    public bool MigratesShares => Version >= FirstWithShareMigration;

    /// <summary>Monitors are objects (<c>-object monitor-qmp</c>, 11.1); <c>-mon</c> is deprecated then.</summary>
    public bool HasMonitorObjects => Objects.Contains("monitor-qmp");

    /// <summary>Compares by value, because specs are compared.</summary>
    public bool Equals(QemuFacts? other) => other is not null
        && (Path, Version, HasSandbox, HasIoUring, HasVnc) == (other.Path, other.Version, other.HasSandbox, other.HasIoUring, other.HasVnc)
        && Equal(Drivers, other.Drivers) && Equal(MachineAliases, other.MachineAliases)
        && Machines.SetEquals(other.Machines) && Accelerators.SetEquals(other.Accelerators) && Objects.SetEquals(other.Objects)
        && Displays.SetEquals(other.Displays) && Chardevs.SetEquals(other.Chardevs)
        && DataDirectories.SequenceEqual(other.DataDirectories);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Path, Version, Drivers.Count);

    /// <summary>The names of a machine type: itself, then the target of the alias.</summary>
    public IReadOnlyList<string> MachineNames(string machine) =>
        MachineAliases.TryGetValue(machine, out var name) ? [machine, name] : [machine];

    private static bool Equal(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var value) && value == pair.Value);

    /// <summary>Whether the device driver exists.</summary>
    public bool HasDriver(string driver) => Drivers.ContainsKey(driver);

    /// <summary>Whether a device of this driver is a PCI function; false for an unknown driver.</summary>
    public bool IsPci(string driver) => Drivers.TryGetValue(driver, out var bus) && bus == "PCI";
}
