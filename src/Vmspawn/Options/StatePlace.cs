namespace Vmspawn.Options;

/// <summary>Where what a device remembers is kept between runs.</summary>
/// <param name="IsKept">Whether it outlives the VM at all.</param>
/// <param name="Path">Where, or null for beside the image.</param>
public readonly record struct StatePlace(bool IsKept, string? Path)
{
    /// <summary>Beside the image, for a VM that keeps what is written to it.</summary>
    public static StatePlace Auto => new(true, null);

    /// <summary>Forgotten with the VM.</summary>
    public static StatePlace Off => new(false, null);
}
