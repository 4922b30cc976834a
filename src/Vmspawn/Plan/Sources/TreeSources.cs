using System.Text.Json;
using Vmspawn.Linux;

namespace Vmspawn.Plan;

/// <summary>A file of a tree; links are resolved within the tree.</summary>
/// <param name="Tree">Absolute path of the tree.</param>
/// <param name="Path">Path from its root.</param>
/// <param name="Identity">The required identity of the file; null for any.</param>
internal sealed record FileInTree(string Tree, string Path, FileIdentity? Identity = null) : DescriptorSource
{
    internal override string Kind => "in-tree";

    internal override string? Subject => $"{Path} in {Tree}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("tree", Tree);
        json.WriteString("path", Path);
    }
}

/// <summary>The root directory of a guest, locked while a process has it open.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="IsShared">A shared lock, for a tree that is only read.</param>
internal sealed record LockedTree(string Path, bool IsShared) : DescriptorSource
{
    internal override string Kind => "tree-lock";

    internal override string? Subject => Path;

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
        json.WriteBoolean("shared", IsShared);
    }
}

/// <summary>A directory for an ephemeral guest's writes, locked while a process has it open, removed with the VM.</summary>
/// <param name="Path">Absolute path; created at launch.</param>
/// <param name="CopyOf">The tree to copy, or null for an overlay's directories.</param>
internal sealed record ThrowAwayTree(string Path, string? CopyOf) : DescriptorSource
{
    internal override string Kind => "throw-away-tree";

    internal override string? Subject => Path;

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("path", Path);
        json.WriteString("copyOf", CopyOf);
    }
}
