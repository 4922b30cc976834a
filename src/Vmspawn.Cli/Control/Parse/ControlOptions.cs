using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>What the options of a subcommand for running machines say; each subcommand takes some of them.</summary>
internal sealed record ControlOptions
{
    public bool Help { get; init; }

    /// <summary>Whose runtime directory; <see cref="RuntimeScope.Auto"/> is both.</summary>
    public RuntimeScope Scope { get; init; }

    public bool Json { get; init; }

    /// <summary>A disk type's word, or null for the server's choice.</summary>
    public string? Type { get; init; }

    /// <summary>An image format's word, or null for the server's choice.</summary>
    public string? Format { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>A storage id, or null to make one from the file's name.</summary>
    public string? Id { get; init; }

    /// <summary>Who to log in as.</summary>
    public string Login { get; init; } = "root";

    public bool Wait { get; init; } = true;

    /// <summary>How long to wait, or null for the subcommand's own limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Names of QEMU's events; empty for all.</summary>
    public IReadOnlyList<string> Filter { get; init; } = [];
}
