using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>The process's standard streams, to pass to a child; disposing these handles does not close the streams.</summary>
public static class StandardStream
{
    /// <summary>Descriptor 0.</summary>
    public static SafeFileHandle Input { get; } = new(0, ownsHandle: false);

    /// <summary>Descriptor 1.</summary>
    public static SafeFileHandle Output { get; } = new(1, ownsHandle: false);

    /// <summary>Descriptor 2.</summary>
    public static SafeFileHandle Error { get; } = new(2, ownsHandle: false);
}
