using Vmspawn.Cli.Declarations;
using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>The parsed options of the subcommands for running machines; each subcommand uses some of them.</summary>
internal sealed record ControlOptions
{
    public bool Help { get; init; }

    /// <summary>Whose runtime directory; <see cref="RuntimeScope.Auto"/> is both.</summary>
    public RuntimeScope Scope { get; init; }

    public bool Json { get; init; }

    /// <summary>A disk type, or null for the server's default.</summary>
    public DiskType? Type { get; init; }

    /// <summary>An image format, or null for the server's default.</summary>
    public ImageFormat? Format { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>A storage id, or null to derive one from the file's name.</summary>
    public string? Id { get; init; }

    /// <summary>The user to log in as.</summary>
    public string Login { get; init; } = "root";

    public bool Quiet { get; init; }

    /// <summary>Whether a command gets a terminal.</summary>
    public bool HasTerminal { get; init; }

    /// <summary>Variables for a command.</summary>
    public Dictionary<string, string> Variables { get; init; } = [];

    /// <summary>A command's working directory, or null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Directories as well.</summary>
    public bool Recursive { get; init; }

    /// <summary>What is waited for; null is the machine's end.</summary>
    public GuestWait? For { get; init; } = GuestWait.Ready;

    public bool Follow { get; init; }

    /// <summary>Without asking the guest.</summary>
    public bool Force { get; init; }

    /// <summary>The machine goes on after it was frozen.</summary>
    public bool Keep { get; init; }

    /// <summary>How the memory of a snapshot is compressed.</summary>
    public MemoryCompression Compression { get; init; }

    /// <summary>The Debian suite of an image that is built.</summary>
    public string? Debian { get; init; }

    /// <summary>The packages of an image that is built.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>The root directory with the kernel of a busybox image that is built.</summary>
    public string? Busybox { get; init; }

    /// <summary>The directory of mkosi's configuration or output.</summary>
    public string? Mkosi { get; init; }

    public bool Wait { get; init; } = true;

    /// <summary>The time limit, or null for the subcommand's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The options of networks.</summary>
    public NetworkWishes Network { get; init; } = new();

    /// <summary>The names of the options that were given.</summary>
    public IReadOnlyList<string> Given { get; init; } = [];

    /// <summary>Names of QEMU's events; empty for all.</summary>
    public IReadOnlyList<string> Filter { get; init; } = [];
}

/// <summary>Applies one occurrence of an option.</summary>
/// <param name="options">The options so far.</param>
/// <param name="value">The value given, empty for a flag.</param>
/// <param name="problems">Receives mistakes in the value.</param>
internal delegate ControlOptions ControlSetter(ControlOptions options, string value, ICollection<Problem> problems);

/// <summary>An option of a subcommand for running machines.</summary>
internal sealed class ControlOption : CommandOption
{
    /// <inheritdoc cref="CommandOption(string, string?, char?)"/>
    public ControlOption(string name, string? takes = null, char? letter = null)
        : base(name, takes, letter)
    {
    }

    /// <summary>Applies an occurrence.</summary>
    public required ControlSetter Set { get; init; }
}
