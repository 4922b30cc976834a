namespace Vmspawn.Spec;

/// <summary>A graphics card with a keyboard, a pointer and a clipboard.</summary>
/// <param name="Card">QEMU's device.</param>
/// <param name="Screen">Where the user sees it.</param>
internal sealed record GraphicsSpec(string Card, Screen Screen)
{
    /// <summary>Guest and user share a clipboard (QEMU's own spice agent).</summary>
    public bool HasClipboard { get; init; }
}

/// <summary>Where a guest's screen is shown.</summary>
internal abstract record Screen;

/// <summary>A window on the user's desktop.</summary>
/// <param name="Toolkit">QEMU's display type: <c>gtk</c> or <c>sdl</c>.</param>
internal sealed record WindowScreen(string Toolkit) : Screen;

/// <summary>A VNC server on a socket in the runtime directory.</summary>
/// <param name="WhyNoWindow">The reason, for the user.</param>
internal sealed record VncScreen(string WhyNoWindow) : Screen;

/// <summary>What the user's own arguments for QEMU say.</summary>
internal sealed record UsersScreen : Screen;
