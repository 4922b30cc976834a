using Vmspawn.Linux;
using Vmspawn.Pcie;

namespace Vmspawn.Control.Storage;

/// <summary>The disks of the running VM by name.</summary>
internal sealed class StorageTable
{
    private readonly Lock _lock = new();
    private readonly List<StorageEntry> _entries;
    private readonly HashSet<string> _fromBoot;
    private readonly PcieTopology _topology;

    public StorageTable(IEnumerable<StorageEntry> atBoot, PcieTopology topology)
    {
        _entries = [.. atBoot];
        _fromBoot = [.. _entries.Select(entry => entry.Name)];
        _topology = topology;
    }

    /// <summary>All of them, those from boot first.</summary>
    public IReadOnlyList<StorageEntry> All
    {
        get
        {
            lock (_lock)
                return [.. _entries];
        }
    }

    /// <summary>Adds a disk, whose name is thereby taken before anything is done for it.</summary>
    /// <exception cref="ControlException">The name or the file is taken.</exception>
    public void Add(StorageEntry entry)
    {
        lock (_lock)
        {
            if (_entries.Find(other => other.Name == entry.Name) is { } taken)
                throw new ControlException(ControlFailure.StorageExists, $"there is a disk {entry.Name} already, it is {Word(taken.State)}");
            RefuseSharing(entry, entry.Files[0]);
            _entries.Add(entry);
        }
    }

    /// <summary>Lets a disk have another file besides its own, until <see cref="SetFiles"/> says which of them stays.</summary>
    /// <exception cref="ControlException">Another disk has it, and one of the two writes.</exception>
    public void ClaimFile(StorageEntry entry, FileIdentity file)
    {
        lock (_lock)
        {
            RefuseSharing(entry, file);
            entry.Files = [.. entry.Files, file];
        }
    }

    public void SetFiles(StorageEntry entry, IReadOnlyList<FileIdentity> files)
    {
        lock (_lock)
            entry.Files = files;
    }

    public void Remove(StorageEntry entry)
    {
        lock (_lock)
            _entries.Remove(entry);
    }

    /// <exception cref="ControlException">There is none of that name.</exception>
    public StorageEntry Find(string name)
    {
        lock (_lock)
        {
            if (_entries.Find(entry => entry.Name == name) is { } found)
                return found;
        }

        // A disk from boot that was removed is in the plan for ever.
        throw _topology.FindDevice(name) is { } other && !_fromBoot.Contains(name)
            ? new ControlException(ControlFailure.StorageImmutable, $"{name} is no disk of ours but the {other.Driver} of {other.Owner}, which stays")
            : new ControlException(ControlFailure.NoSuchStorage, $"no disk {name} is attached");
    }

    /// <summary>QEMU's locks do not see a file that comes twice by the same open, as descriptors of a client may.</summary>
    private void RefuseSharing(StorageEntry entry, FileIdentity file)
    {
        foreach (var other in _entries)
        {
            if (other == entry || !other.Files.Contains(file) || !entry.WritesFile && !other.WritesFile)
                continue;
            var writer = other.WritesFile ? $"disk {other.Name} may" : "the new disk would";
            throw DiskFileFacts.Bad($"disk {other.Name} has the same file, and {writer} write to it", Errno.EBUSY);
        }
    }

    private static string Word(PlugState state) => state switch
    {
        PlugState.Attaching => "being attached",
        PlugState.Detaching => "being detached",
        _ => "attached",
    };
}
