using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;

namespace Vmspawn.Catalog;

/// <summary>An image whose files are the caller's: preparing it is looking at them.</summary>
internal abstract class GivenImage : VmImage
{
    public sealed override Task<VmImageFiles> PrepareAsync(IProgress<VmImageProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Task.FromResult(Look(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return Task.FromCanceled<VmImageFiles>(cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Task.FromException<VmImageFiles>(new VmImageException(Name, $"it cannot be looked at: {FailureReason.Of(error)}", error));
        }
        catch (VmImageException error)
        {
            return Task.FromException<VmImageFiles>(error);
        }
    }

    protected abstract VmImageFiles Look(CancellationToken cancel);
}

/// <summary>A disk image.</summary>
internal sealed class FileImage(string path, ImageFormat? format) : GivenImage
{
    public override string Name => path;

    protected override VmImageFiles Look(CancellationToken cancel)
    {
        var problems = new List<Problem>();
        var used = format ?? (path.EndsWith(".qcow2", StringComparison.Ordinal) ? ImageFormat.Qcow2 : ImageFormat.Raw);
        if (ImageProbe.Probe(path, path, used, write: false, problems) is not { } facts)
            throw new VmImageException(Name, string.Join("; ", problems.Select(problem => problem.Reason)));
        var stamp = new ContentStamp().Add($"{used}").AddFile(path);
        foreach (var below in facts.Backing)
            stamp.AddFile(below.Path);
        return new VmImageFiles { Image = path, Format = used, Stamp = stamp.ToString() };
    }
}

/// <summary>The tree of an operating system.</summary>
internal sealed class TreeImage(string path) : GivenImage
{
    public override string Name => path;

    protected override VmImageFiles Look(CancellationToken cancel)
    {
        if (!Directory.Exists(path))
            throw new VmImageException(Name, System.IO.File.Exists(path) ? "it is no directory" : "there is no such directory");
        return new VmImageFiles { Directory = path, Stamp = new ContentStamp().Add("tree").AddTree(path, cancel).ToString() };
    }
}

/// <summary>A kernel with its initrds.</summary>
internal sealed class KernelImage(string linux, IReadOnlyList<string> initrds, IReadOnlyList<string> arguments) : GivenImage
{
    public override string Name => linux;

    protected override VmImageFiles Look(CancellationToken cancel)
    {
        var stamp = new ContentStamp().Add("kernel").AddFile(linux);
        foreach (var initrd in initrds)
            stamp.AddFile(initrd);
        foreach (var argument in arguments)
            stamp.Add(argument);
        return new VmImageFiles
        {
            Linux = linux, Initrds = initrds, KernelArguments = arguments, Firmware = FirmwareKind.None, Stamp = stamp.ToString(),
        };
    }
}
