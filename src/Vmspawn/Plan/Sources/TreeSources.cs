using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Plan;

/// <summary>A file of a tree, out of which no link leads.</summary>
/// <param name="Tree">Absolute path of the tree.</param>
/// <param name="Path">Path from its top.</param>
/// <param name="Identity">Which file it must be, since it was looked at under this name; null for any.</param>
public sealed record FileInTree(string Tree, string Path, FileIdentity? Identity = null) : DescriptorSource
{
    internal override string Kind => "in-tree";

    internal override string? Subject => $"{Path} in {Tree}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("tree", Tree);
        json.WriteString("path", Path);
    }
}

/// <summary>A directory that a guest has for its root, locked for as long as somebody has it open.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="IsShared">It is only read, which several may do at once.</param>
public sealed record LockedTree(string Path, bool IsShared) : DescriptorSource
{
    internal override string Kind => "tree-lock";

    internal override string? Subject => Path;

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
        json.WriteBoolean("shared", IsShared);
    }
}

/// <summary>A directory for what an ephemeral guest writes, locked for as long as somebody has it open, removed with the VM.</summary>
/// <param name="Path">Absolute path; made by the launch.</param>
/// <param name="CopyOf">The tree to copy there, or null for an overlay's directories.</param>
public sealed record ThrowAwayTree(string Path, string? CopyOf) : DescriptorSource
{
    internal override string Kind => "throw-away-tree";

    internal override string? Subject => Path;

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
        json.WriteString("copyOf", CopyOf);
    }
}
