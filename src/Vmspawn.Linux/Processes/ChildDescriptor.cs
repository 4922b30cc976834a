using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>An open file to pass to a child.</summary>
/// <param name="Number">The descriptor's number in the child, 3 or more.</param>
/// <param name="Handle">The handle in this process; the caller keeps it and may close it once the child has started.</param>
public readonly record struct ChildDescriptor(int Number, SafeHandle Handle);
