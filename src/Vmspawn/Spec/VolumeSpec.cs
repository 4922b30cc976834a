using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>A storage provider's volume behind a disk.</summary>
/// <param name="Socket">Path of the provider's socket.</param>
/// <param name="Wish">What is asked of it, its kind and its access decided.</param>
internal sealed record VolumeSpec(string Socket, VolumeWish Wish);
