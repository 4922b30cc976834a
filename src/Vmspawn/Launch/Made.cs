using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>A file or directory of the user that a launch created: removed when the launch fails, because no guest has written to it.</summary>
/// <param name="remove">Removes it.</param>
/// <param name="guard">A lock that is held until the launch has succeeded or removed it, or null.</param>
internal sealed class Made(Action remove, IDisposable? guard = null) : IDisposable
{
    private bool _isKept;

    /// <summary>A file.</summary>
    public static Made File(string path) => new(() => System.IO.File.Delete(path));

    /// <summary>The child of a template: complete, or not created at all.</summary>
    /// <exception cref="LaunchException">It exists by now, or the directory cannot be written.</exception>
    public static Made Child(ChildImagePlan plan)
    {
        try
        {
            var directory = Path.GetDirectoryName(plan.Path)!;
            Directory.CreateDirectory(directory);
            using var draft = Draft.CreateFile(directory);
            QcowOverlay.Write(draft.Handle, plan.Size, plan.Template);
            if (!draft.TryGiveName(plan.Path))
                throw new IOException("another process has just made it");
            return File(plan.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"make {plan.Path}", FailureReason.Of(error), error);
        }
    }

    /// <summary>QEMU runs: from now on it is kept.</summary>
    public void Keep()
    {
        _isKept = true;
        guard?.Dispose();
    }

    public void Dispose()
    {
        if (_isKept)
            return;
        try
        {
            remove();
        }
        finally
        {
            guard?.Dispose();
        }
    }
}
