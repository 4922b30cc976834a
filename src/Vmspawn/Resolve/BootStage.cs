using Vmspawn.Firmware;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>The kernel and the firmware that the machine starts with.</summary>
/// <param name="Kernel">The kernel to start directly, or null to boot from the disk.</param>
/// <param name="Arguments">The kernel's command line.</param>
/// <param name="Firmware">UEFI firmware, or null for the platform's default and for none.</param>
internal sealed record BootStage(KernelSpec? Kernel, IReadOnlyList<string> Arguments, FirmwareSpec? Firmware)
{
    public static async Task<BootStage> ResolveAsync(ResolveInput input, DriveSpec? root, CancellationToken cancel)
    {
        var options = input.Options;
        var kernel = FindKernel(input);
        if (input.Technique is { } technique)
            ConfidentialResolver.CheckKernel(options, technique, kernel, input.Problems);
        var arguments = kernel is { Options.Length: > 0 } ? [.. kernel.Options.Split(' '), .. options.KernelArguments] : options.KernelArguments;
        if (RootArgumentResolver.Resolve(input.Host.Platform.Architecture, kernel, arguments, root, input.Problems, input.Notices) is { } rootArgument)
            arguments = [rootArgument, .. arguments];
        return new BootStage(kernel, arguments, await FirmwareAsync(input, kernel, root, cancel).ConfigureAwait(false));
    }

    private static KernelSpec? FindKernel(ResolveInput input)
    {
        var (options, architecture) = (input.Options, input.Host.Platform.Architecture);
        if (KernelResolver.Resolve(options, architecture, input.TemporaryDirectory, input.Problems) is { } kernel)
            return kernel;
        if (options.BootEntry is not null)
            return new BootEntryResolver(options, architecture, input.TemporaryDirectory, input.Problems, input.Details).Resolve();
        return options is { Directory: not null, Linux: null }
            ? new TreeKernelResolver(options, architecture, input.TemporaryDirectory, input.Problems).Resolve()
            : null;
    }

    // A kernel or an image that cannot be used has been reported already: its requirements are unknown.
    private static async Task<FirmwareSpec?> FirmwareAsync(ResolveInput input, KernelSpec? kernel, DriveSpec? root, CancellationToken cancel)
    {
        var options = input.Options;
        if (kernel is null && (options.Linux ?? options.BootEntry ?? options.Directory) is not null)
            return null;
        // The options do not show this for an image that was found by the machine's name.
        if (kernel is null && options.Firmware == FirmwareKind.None)
            input.Problems.Add(new Problem("firmware-none-without-kernel", "--firmware=none", "without firmware a machine only starts a kernel that is handed to it", "add --linux=KERNEL"));
        var platform = FirmwarePlatform.Of(input.Host.Platform, input.Host.Qemu);
        return await new FirmwareResolver(options, platform, input.Host.Firmware, input.Problems, input.Notices).ResolveAsync(kernel, root, cancel).ConfigureAwait(false);
    }
}
