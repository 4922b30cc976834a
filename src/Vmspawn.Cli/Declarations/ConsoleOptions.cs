using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Options for the guest's console.</summary>
internal static class ConsoleOptions
{
    private static readonly (string Word, ConsoleMode Value)[] Modes =
    [
        ("interactive", ConsoleMode.Interactive),
        ("read-only", ConsoleMode.ReadOnly),
        ("native", ConsoleMode.Native),
        ("gui", ConsoleMode.Gui),
        ("headless", ConsoleMode.Headless),
    ];

    private static readonly (string Word, ConsoleTransport Value)[] Transports =
        [("virtio", ConsoleTransport.Virtio), ("serial", ConsoleTransport.Serial)];

    public static VmOption[] All() =>
    [
        Declare.Choice(
            Topic.Console,
            "--console",
            "MODE",
            "interactive (Ctrl-] three times kills), read-only, native (QEMU's own), gui (window, or VNC), headless",
            "interactive",
            Modes,
            (options, mode) => options with { Console = mode }),
        Declare.Flag(Topic.Console, "--qemu-gui", null, "Same as --console=gui", options => options with { Console = ConsoleMode.Gui }).OnceCalled("--gui"),
        Declare.Choice(
            Topic.Console,
            "--console-transport",
            "DEVICE",
            "virtio (hvc0) or serial (the UART)",
            "virtio",
            Transports,
            (options, transport) => options with { ConsoleTransport = transport }),
        Declare.Value(
            Topic.Console,
            "--background",
            null,
            "COLOR",
            "Terminal colour (SGR: 44)",
            BackgroundText.Parse,
            (options, colour) => options with { Background = colour },
            "green tint"),
    ];
}
