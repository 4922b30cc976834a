using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>A child of a template that was just made: it goes again if the launch fails, since nothing was written to it.</summary>
internal sealed class ChildImage : IDisposable
{
    private readonly string _path;
    private bool _stays;

    private ChildImage(string path) => _path = path;

    // It will hold all that the guest writes.
    private static FileStreamOptions OnlyOurs => new()
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        BufferSize = 0,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };

    /// <summary>Makes it: in full, or not at all.</summary>
    /// <exception cref="LaunchException">It is there meanwhile, or the directory cannot be written.</exception>
    public static ChildImage Make(ChildImagePlan plan)
    {
        var directory = Path.GetDirectoryName(plan.Path)!;
        var draft = Path.Combine(directory, $".vmspawn-{Guid.NewGuid():n}");
        try
        {
            Directory.CreateDirectory(directory);
            try
            {
                using (var file = new FileStream(draft, OnlyOurs))
                    QcowOverlay.Write(file.SafeFileHandle, plan.Size, plan.Template);
                if (!FinalName.TryGive(draft, plan.Path))
                    throw new IOException("something has made it meanwhile");
            }
            catch
            {
                File.Delete(draft);
                throw;
            }

            return new ChildImage(plan.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"make {plan.Path}", FailureReason.Of(error), error);
        }
    }

    /// <summary>The machine runs: from now on it is the user's.</summary>
    public void Keep() => _stays = true;

    public void Dispose()
    {
        if (!_stays)
            File.Delete(_path);
    }
}
