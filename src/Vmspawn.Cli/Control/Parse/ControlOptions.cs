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
    public string? Type { get; init; }

    /// <summary>An image format, or null for the server's default.</summary>
    public string? Format { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>A storage id, or null to derive one from the file's name.</summary>
    public string? Id { get; init; }

    /// <summary>The user to log in as.</summary>
    public string Login { get; init; } = "root";

    public bool Wait { get; init; } = true;

    /// <summary>The time limit, or null for the subcommand's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Names of QEMU's events; empty for all.</summary>
    public IReadOnlyList<string> Filter { get; init; } = [];
}
