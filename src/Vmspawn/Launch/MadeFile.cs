namespace Vmspawn.Launch;

/// <summary>A file that a launch made: removed with it, unless it comes to its end.</summary>
internal sealed class MadeFile(string path) : IDisposable
{
    private bool _isKept;

    /// <summary>From here on it is the user's.</summary>
    public void Keep() => _isKept = true;

    public void Dispose()
    {
        if (!_isKept)
            File.Delete(path);
    }
}
