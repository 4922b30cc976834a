namespace Vmspawn.Cli.Tests.Golden;

/// <summary>The graphics card of <c>--console=gui</c>, its window or VNC server.</summary>
public class GraphicsPlanTests
{
    [Theory]
    [InlineData("graphics-in-a-window", "DISPLAY", "sdl,gtk")]
    [InlineData("graphics-by-vnc", "NOTHING", "gtk")]
    public void A_graphical_console_has_a_window_on_a_desktop_and_VNC_elsewhere(string name, string variable, string displays)
    {
        using var inventory = new GoldenInventory
        {
            Displays = displays.Split(','), Drivers = ["virtio-vga", "VGA"], Environment = new Dictionary<string, string> { [variable] = ":0" },
        };
        string[] args = ["-i", "IMAGES/root.raw", "--firmware=bios", "--console=gui"];
        var (plan, problems) = inventory.Plan(args, null);
        Assert.Empty(problems);
        GoldenTests.Compare(name, $"vmspawn {string.Join(' ', args)}\n\n{inventory.Print(plan!)}\n{string.Join('\n', plan!.Notices)}\n");
    }

    [Fact]
    public void Without_a_toolkit_the_reason_for_VNC_names_the_package()
    {
        using var inventory = new GoldenInventory { Drivers = ["VGA"], Environment = new Dictionary<string, string> { ["WAYLAND_DISPLAY"] = "wayland-0" } };
        var (plan, _) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--qemu-gui", "-M", "vm"], null);
        Assert.Equal(
            "the guest's screen is shown by VNC, since /usr/bin/qemu-system-x86_64 has neither GTK nor SDL (Debian: qemu-system-gui): vncviewer /run/user/1000/systemd/vmspawn/vm/vnc",
            Assert.Single(plan!.Notices));
        Assert.Contains("VGA,id=vmspawn-graphics", string.Join(' ', plan.Arguments), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-display egl-headless")]
    [InlineData("--vnc :5")]
    public void A_display_among_the_users_arguments_is_the_only_one(string extra)
    {
        using var inventory = new GoldenInventory { Displays = ["gtk"], Drivers = ["VGA"], Environment = new Dictionary<string, string> { ["DISPLAY"] = ":0" } };
        var (plan, _) = inventory.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--console=gui"], extra);
        Assert.Equal(extra.Split(' ')[0], Assert.Single(plan!.Arguments, word => word.TrimStart('-') is "display" or "vnc"));
    }

    [Fact]
    public void A_graphical_console_without_card_window_and_VNC_is_refused_with_the_reason()
    {
        using var bare = new GoldenInventory();
        var (_, problems) = bare.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--console=gui"], null);
        Assert.Equal("/usr/bin/qemu-system-x86_64 has none of the graphics cards virtio-vga, VGA", Assert.Single(problems).Text);
        using var blind = new GoldenInventory { Drivers = ["VGA"], HasVnc = false };
        (_, problems) = blind.Plan(["-i", "IMAGES/root.raw", "--firmware=bios", "--console=gui"], null);
        Assert.Equal(
            "there is no window, since neither $DISPLAY nor $WAYLAND_DISPLAY is set, and /usr/bin/qemu-system-x86_64 is built without a VNC server",
            Assert.Single(problems).Text);
    }
}
