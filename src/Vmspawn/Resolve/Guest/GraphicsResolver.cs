using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Chooses the graphics card of <c>--console=gui</c>, and a window where the user has a desktop and QEMU the toolkit, else VNC.</summary>
internal sealed class GraphicsResolver(ResolveInput input)
{
    /// <summary>In the order of preference: only GTK's window has menus for the guest's consoles and the clipboard.</summary>
    private static readonly string[] Toolkits = ["gtk", "sdl"];

    private static readonly string[] DisplayOptions = ["-display", "-vnc", "-spice"];

    /// <param name="extra">The user's own arguments for QEMU, which may configure where the screen is shown.</param>
    public GraphicsSpec? Resolve(IReadOnlyList<string> extra)
    {
        if (input.Options.Console != ConsoleMode.Gui)
            return null;
        var (qemu, platform) = (input.Host.Qemu, input.Host.Platform);
        if (platform.GraphicsCards.FirstOrDefault(qemu.HasDriver) is not { } card)
        {
            Refuse($"{qemu.Path} has none of the graphics cards {string.Join(", ", platform.GraphicsCards)}", "use --console=interactive");
            return null;
        }

        return ChooseScreen(extra) is { } screen
            ? new GraphicsSpec(card, screen) { HasClipboard = screen is not UsersScreen && qemu.Chardevs.Contains("qemu-vdagent") }
            : null;
    }

    private Screen? ChooseScreen(IReadOnlyList<string> extra)
    {
        // QEMU accepts two dashes as well as one.
        if (extra.Any(word => DisplayOptions.Contains(word.StartsWith("--", StringComparison.Ordinal) ? word[1..] : word)))
            return new UsersScreen();
        var qemu = input.Host.Qemu;
        var toolkit = Toolkits.FirstOrDefault(qemu.Displays.Contains);
        var hasDesktop = IsSet("WAYLAND_DISPLAY") || IsSet("DISPLAY");
        if (hasDesktop && toolkit is not null)
            return new WindowScreen(toolkit);
        var why = hasDesktop
            ? $"{qemu.Path} has neither GTK nor SDL (Debian: qemu-system-gui)"
            : "neither $DISPLAY nor $WAYLAND_DISPLAY is set";
        if (qemu.HasVnc)
            return new VncScreen(why);
        Refuse($"there is no window, since {why}, and {qemu.Path} is built without a VNC server", "use --console=interactive");
        return null;
    }

    private bool IsSet(string variable) => !string.IsNullOrEmpty(input.Process.Environment(variable));

    private void Refuse(string text, string hint) => input.Problems.Add(new Problem("no-graphics", "--console=gui", text, hint));
}
