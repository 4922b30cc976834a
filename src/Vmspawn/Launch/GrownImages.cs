using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>Image files that were extended, and are truncated to their former size unless they are kept.</summary>
internal sealed class GrownImages : IDisposable
{
    private readonly List<(SafeFileHandle Image, long Before, long After)> _grown = [];

    /// <exception cref="LaunchException">It cannot be opened or grown.</exception>
    public void Grow(GrowthPlan growth)
    {
        try
        {
            var image = OpenFile.Open(growth.Path, writable: true);
            var before = RandomAccess.GetLength(image);
            _grown.Add((image, before, growth.Size));
            GrowImage.Apply(image, growth.Size);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"grow {growth.Path}", FailureReason.Of(error), error);
        }
    }

    /// <summary>QEMU runs: a guest may have written to them.</summary>
    public void Keep()
    {
        _grown.ForEach(grown => grown.Image.Dispose());
        _grown.Clear();
    }

    public void Dispose()
    {
        foreach (var (image, before, after) in _grown)
        {
            // With another length it is no longer the file that was created.
            if (before < after && RandomAccess.GetLength(image) == after)
                RandomAccess.SetLength(image, before);
        }

        Keep();
    }
}
