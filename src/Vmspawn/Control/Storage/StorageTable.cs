using Vmspawn.Linux;
using Vmspawn.Pcie;

namespace Vmspawn.Control.Storage;

/// <summary>The disks of the running VM by name.</summary>
internal sealed class StorageTable
{
    /// <summary>The number of removed disks whose names are kept, for events about their end.</summary>
    private const int RememberedNames = 256;

    private readonly Lock _lock = new();
    private readonly List<StorageEntry> _entries;
    private readonly HashSet<string> _fromBoot;
    private readonly Dictionary<string, string> _names;
    private readonly Queue<string> _removedIds = new();
    private readonly PcieTopology _topology;

    public StorageTable(IEnumerable<StorageEntry> atBoot, PcieTopology topology)
    {
        _entries = [.. atBoot];
        _fromBoot = [.. _entries.Select(entry => entry.Name)];
        _names = _entries.ToDictionary(entry => entry.DeviceId, entry => entry.Name);
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

    /// <summary>Adds a disk, which reserves its name before the first command to QEMU.</summary>
    /// <exception cref="VmControlException">The name or the file is taken.</exception>
    public void Add(StorageEntry entry)
    {
        lock (_lock)
        {
            if (_entries.Find(other => other.Name == entry.Name) is { } taken)
                throw new VmControlException(VmControlFailure.StorageExists, $"there is a disk {entry.Name} already, it is {Word(taken.State)}");
            RefuseSharing(entry, entry.Files[0]);
            _entries.Add(entry);
            _names[entry.DeviceId] = entry.Name;
        }
    }

    /// <summary>The name of the disk that has or had a device id of QEMU, or null.</summary>
    public string? NameOf(string deviceId)
    {
        lock (_lock)
            return _names.GetValueOrDefault(deviceId);
    }

    /// <summary>Claims a second file for a disk, until <see cref="SetFiles"/> determines which of them stays.</summary>
    /// <exception cref="VmControlException">Another disk has it, and one of the two writes.</exception>
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
        {
            if (!_entries.Remove(entry))
                return;
            _removedIds.Enqueue(entry.DeviceId);
            if (_removedIds.Count > RememberedNames)
                _names.Remove(_removedIds.Dequeue());
        }
    }

    /// <exception cref="VmControlException">There is none of that name.</exception>
    public StorageEntry Find(string name)
    {
        lock (_lock)
        {
            if (_entries.Find(entry => entry.Name == name) is { } found)
                return found;
        }

        // The plan still has a disk from boot that was removed.
        throw _topology.FindDevice(name) is { } other && !_fromBoot.Contains(name)
            ? new VmControlException(VmControlFailure.StorageImmutable, $"{name} is no disk but the {other.Driver} of {other.Owner}, which cannot be detached")
            : new VmControlException(VmControlFailure.NoSuchStorage, $"no disk {name} is attached");
    }

    /// <summary>QEMU locks an open file, so it does not notice a file that a client hands over twice by descriptors of one open.</summary>
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

    private static string Word(HotplugState state) => state switch
    {
        HotplugState.Attaching => "being attached",
        HotplugState.Detaching => "being detached",
        _ => "attached",
    };
}
