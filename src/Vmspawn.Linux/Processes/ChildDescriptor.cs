using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>An open file that a child is given.</summary>
/// <param name="Number">The descriptor's number in the child, 3 or more.</param>
/// <param name="Handle">Ours; it stays the caller's and is needed only until the child has started.</param>
public readonly record struct ChildDescriptor(int Number, SafeHandle Handle);
