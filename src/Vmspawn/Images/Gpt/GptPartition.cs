namespace Vmspawn.Images.Gpt;

/// <summary>An entry of a GUID partition table.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Type">What it is for.</param>
/// <param name="Id">Its own: the PARTUUID.</param>
/// <param name="Place">Where it is, in bytes.</param>
/// <param name="Attributes">Flags, the upper sixteen by type.</param>
/// <param name="Label">Its name, at most 36 UTF-16 units.</param>
internal sealed record GptPartition(int Number, Guid Type, Guid Id, Extent Place, ulong Attributes, string Label);
