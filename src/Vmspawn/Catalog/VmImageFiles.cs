using Vmspawn.Options;

namespace Vmspawn;

/// <summary>The files of an image that is available, as a machine boots them.</summary>
public sealed record VmImageFiles
{
    /// <summary>The root disk; null for none.</summary>
    public string? Image { get; init; }

    /// <summary>The format of <see cref="Image"/>.</summary>
    public ImageFormat Format { get; init; } = ImageFormat.Raw;

    /// <summary>The tree of an operating system; null for none.</summary>
    public string? Directory { get; init; }

    /// <summary>The kernel to boot directly; null for none.</summary>
    public string? Linux { get; init; }

    /// <summary>Initrds, in order.</summary>
    public IReadOnlyList<string> Initrds { get; init; } = [];

    /// <summary>Kernel arguments that the image needs.</summary>
    public IReadOnlyList<string> KernelArguments { get; init; } = [];

    /// <summary>The firmware that the image needs, used where the options leave the choice.</summary>
    public FirmwareKind Firmware { get; init; } = FirmwareKind.Auto;

    /// <summary>Whether logins need cloud-init: a machine gets a seed and user-mode networking where the options have none (see <see cref="VmOptions.CloudInit"/>).</summary>
    public bool HasCloudInit { get; init; }

    /// <summary>Whether other machines boot from the same files, so that no guest may write to them.</summary>
    public bool IsShared { get; init; }

    /// <summary>A text that changes when the content of any of the files does, and is equal otherwise: a part of keys of caches.</summary>
    public required string Stamp { get; init; }

    /// <summary>The options of a machine that boots these files.</summary>
    /// <param name="options">The options for everything else. A kernel and a kind of firmware in them are kept. With an <see cref="VmOptions.Image"/> the guest's
    /// writes go there: it is, or becomes, a copy-on-write child of this image.</param>
    /// <returns>
    /// The options with this image. Of a shared one the guest's writes are discarded, unless they go to an image of the options, and several machines can run at once.
    /// </returns>
    /// <exception cref="ArgumentException">The options have a directory or a template, or an image that cannot be this image's child.</exception>
    public VmOptions ApplyTo(VmOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Directory is not null || options.Template is not null)
            throw new ArgumentException("the options already say what the machine boots from", nameof(options));
        if (options.Image is not null && Image is null)
            throw new ArgumentException("the options have an image, which cannot be the child of an image without a disk", nameof(options));
        var booted = options with
        {
            Directory = Directory,
            KernelArguments = [.. KernelArguments, .. options.KernelArguments],
            Firmware = options.Firmware == FirmwareKind.Auto ? Firmware : options.Firmware,
        };
        if (options.Linux is null && options.LinuxContent.IsEmpty)
            booted = booted with { Linux = Linux, Initrds = [.. Initrds, .. options.Initrds] };
        if (HasCloudInit)
        {
            booted = booted with
            {
                CloudInit = options.CloudInit ?? new CloudInitRequest(null),
                Networks = options.Networks.Count + options.NetworkBridges.Count > 0 ? options.Networks : [NetworkMode.User],
            };
        }

        if (options.Image is not null)
            return booted with { Template = new TemplateImage(Image!, Format) };
        return booted with
        {
            Image = Image,
            ImageFormat = Image is null ? options.ImageFormat : Format,
            Ephemeral = options.Ephemeral || IsShared,
            // Only this image's disk need be thrown away.
            ExtraDrives = options.Ephemeral || !IsShared ? options.ExtraDrives : [.. options.ExtraDrives.Select(drive => drive with { Persist = true })],
        };
    }
}
