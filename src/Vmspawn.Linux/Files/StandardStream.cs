using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>Our own standard streams, to hand to a child; closing these handles leaves the streams open.</summary>
public static class StandardStream
{
    /// <summary>Descriptor 0.</summary>
    public static SafeFileHandle Input { get; } = new(0, ownsHandle: false);

    /// <summary>Descriptor 1.</summary>
    public static SafeFileHandle Output { get; } = new(1, ownsHandle: false);

    /// <summary>Descriptor 2.</summary>
    public static SafeFileHandle Error { get; } = new(2, ownsHandle: false);
}
