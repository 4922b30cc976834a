namespace Vmspawn.Images;

/// <summary>The state of a template when a child was made from it: a child fits that state and no other.</summary>
/// <param name="Size">Bytes of the file.</param>
/// <param name="Modified">When it was changed last, in nanoseconds since 1970; 0 for a block device.</param>
public readonly record struct TemplateStamp(long Size, long Modified);
