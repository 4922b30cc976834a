using Vmspawn.Options;

namespace Vmspawn.Cli.Running;

/// <summary>The image that a run names by a word (<c>vmspawn run debian-13</c>), made available and added to the options.</summary>
internal static class NamedImageOptions
{
    /// <summary>The options with the image; without a name the given ones.</summary>
    /// <param name="options">The options of the command line.</param>
    /// <param name="name">The image's name, or null for none.</param>
    /// <param name="cancel">Cancels a download.</param>
    /// <exception cref="VmImageException">There is no such image, or it cannot be made available.</exception>
    public static async Task<VmOptions> AddAsync(VmOptions options, string? name, CancellationToken cancel)
    {
        if (name is null)
            return options;
        using var line = new ImageProgressLine(name, options.Quiet);
        var files = await VmImageStore.Open().Named(name, options.Architecture).PrepareAsync(line, cancel);
        return files.ApplyTo(options);
    }

    /// <summary>The failure as a problem.</summary>
    public static Problem Problem(VmImageException error) => new("image", error.Image, error.Reason);
}
