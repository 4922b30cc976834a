namespace Vmspawn.Options;

/// <summary>Where a device's state is kept between runs.</summary>
/// <param name="IsKept">Whether the state is kept after the VM ends.</param>
/// <param name="Path">The path, or null for beside the image.</param>
public readonly record struct StatePlace(bool IsKept, string? Path)
{
    /// <summary>Beside the image, if the VM is not ephemeral.</summary>
    public static StatePlace Auto => new(true, null);

    /// <summary>Discarded at the VM's end.</summary>
    public static StatePlace Off => new(false, null);
}
