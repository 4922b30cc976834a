namespace Vmspawn.Options;

/// <summary>One <c>--extra-drive=[persist:][FORMAT:][DISKTYPE:]PATH</c>.</summary>
/// <param name="Path">Path of a regular file or block device.</param>
/// <param name="Format">Its format.</param>
/// <param name="Type">The device type; null for the same as the root disk's.</param>
/// <param name="Persist">Writes are kept even if the machine is ephemeral.</param>
public sealed record ExtraDrive(string Path, ImageFormat Format, DiskType? Type, bool Persist = false);

/// <summary><c>--template=[FORMAT:]PATH</c>.</summary>
/// <param name="Path">Path of an image that is never written to.</param>
/// <param name="Format">Its format.</param>
public sealed record TemplateImage(string Path, ImageFormat Format);

/// <summary>The CPU topology for QEMU's <c>-smp</c>.</summary>
/// <param name="Count">Virtual CPUs at start, 1 or more.</param>
/// <param name="Smp">The text for <c>-smp</c>.</param>
public sealed record CpuTopology(int Count, string Smp)
{
    /// <summary>The default.</summary>
    public static CpuTopology One { get; } = new(1, "1");
}

/// <summary>Memory, in bytes, rounded up to a MiB.</summary>
/// <param name="Size">Memory at start.</param>
/// <param name="Max">Maximum memory with hotplug, or null for no hotplug.</param>
/// <param name="Slots">Memory slots for hotplug; 0 without <paramref name="Max"/>.</param>
public sealed record RamSize(long Size, long? Max = null, int Slots = 0)
{
    /// <summary>2 GiB.</summary>
    public static RamSize Default { get; } = new(2L << 30);
}

/// <summary>Where a credential comes from.</summary>
/// <param name="Id">The credential's name: a valid file name.</param>
public abstract record CredentialSource(string Id);

/// <summary><c>--set-credential=ID:VALUE</c>.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Value">Its bytes, with C escapes resolved.</param>
public sealed record LiteralCredential(string Id, ReadOnlyMemory<byte> Value) : CredentialSource(Id);

/// <summary><c>--load-credential=ID:PATH</c>.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Path">A file, an AF_UNIX stream socket, or a bare name in <c>$CREDENTIALS_DIRECTORY</c>.</param>
public sealed record LoadedCredential(string Id, string Path) : CredentialSource(Id);
