using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>The guest's console.</summary>
internal static class ConsoleOptions
{
    private static readonly (string Word, ConsoleMode Value)[] Modes =
    [
        ("interactive", ConsoleMode.Interactive),
        ("read-only", ConsoleMode.ReadOnly),
        ("native", ConsoleMode.Native),
        ("headless", ConsoleMode.Headless),
    ];

    private static readonly (string Word, ConsoleTransport Value)[] Transports =
        [("virtio", ConsoleTransport.Virtio), ("serial", ConsoleTransport.Serial)];

    public static VmOption[] All() =>
    [
        Mode(),
        Declare.Choice(
            Topic.Console,
            "--console-transport",
            "DEVICE",
            "The console's device: virtio (hvc0), serial (the platform's UART)",
            "virtio",
            Transports,
            (options, transport) => options with { ConsoleTransport = transport }),
        Declare.Value(
            Topic.Console,
            "--background",
            null,
            "COLOR",
            "Colour of the terminal meanwhile, as SGR has it (44); empty for none",
            BackgroundText.Parse,
            (options, colour) => options with { Background = colour },
            "green tint"),
    ];

    private static VmOption Mode()
    {
        var mode = Declare.Choice(
            Topic.Console,
            "--console",
            "MODE",
            "interactive (leave with Ctrl-] three times), read-only, native (with QEMU's monitor), headless",
            "interactive",
            Modes,
            (options, mode) => options with { Console = mode });
        return mode.Refusing(value => value == "gui" ? Declare.NotYet("--console=gui", "a graphical console is", "use interactive, read-only, native or headless") : null);
    }
}
