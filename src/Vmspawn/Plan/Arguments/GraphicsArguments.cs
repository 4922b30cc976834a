using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The graphics card with its screen, keyboard, pointer and clipboard.</summary>
internal static class GraphicsArguments
{
    /// <summary>The VNC server's socket in the runtime directory.</summary>
    private const string Socket = "vnc";

    /// <summary>The name by which the guest's agent finds its port (spice-vdagent).</summary>
    private const string AgentPort = "com.redhat.spice.0";

    /// <summary>The screen: no window and no server without a graphics card.</summary>
    public static void AddScreen(PlanDraft draft, GraphicsSpec? graphics)
    {
        switch (graphics?.Screen)
        {
            case WindowScreen window:
                draft.Add("-display", window.Toolkit);
                break;
            case VncScreen:
                draft.Arguments.AddRange(["-display", "none"]);
                // Through the directory's descriptor, since a socket's path has at most 107 bytes.
                draft.Add("-vnc", new OptionText($"unix:{draft.InheritedPath("runtime-directory", new RuntimeDirectory())}/{Socket}"));
                break;
            case UsersScreen:
                break;
            default:
                draft.Arguments.AddRange(["-display", "none"]);
                break;
        }
    }

    public static void AddDevices(PlanDraft draft, GraphicsSpec? graphics)
    {
        if (graphics is null)
            return;
        draft.AddPciDevice(graphics.Card, DeviceIds.Graphics);
        draft.AddPciDevice("qemu-xhci", DeviceIds.Usb);
        draft.Add("-device", new OptionText("usb-kbd").With("bus", $"{DeviceIds.Usb}.0"));
        // Absolute positions: the pointer leaves the window without being released first.
        draft.Add("-device", new OptionText("usb-tablet").With("bus", $"{DeviceIds.Usb}.0"));
        if (!graphics.HasClipboard)
            return;
        draft.Add("-chardev", new OptionText("qemu-vdagent").With("id", DeviceIds.Clipboard).With("clipboard", true).With("mouse", false));
        draft.Add("-device", new OptionText("virtserialport")
            .With("bus", $"{DeviceIds.Serial}.0").With("chardev", DeviceIds.Clipboard).With("name", AgentPort));
    }

    /// <summary>How the user gets to see a screen that is not a window, or null.</summary>
    public static string? Notice(MachineSpec spec) => spec.Graphics?.Screen is VncScreen vnc
        ? $"the guest's screen is shown by VNC, since {vnc.WhyNoWindow}: vncviewer {Path.Combine(spec.Host.Runtime.Path, spec.Name, Socket)}"
        : null;
}
