using Vmspawn.Options;

namespace Vmspawn.Host;

/// <summary>The directory that holds one directory for each running VM.</summary>
/// <param name="Path">Absolute, such as <c>/run/systemd/vmspawn</c>.</param>
/// <param name="IsFallback">Neither <c>/run</c> nor <c>$XDG_RUNTIME_DIR</c> could be written.</param>
internal sealed record RuntimeBase(string Path, bool IsFallback)
{
    /// <summary>Chooses and makes it; null with a problem that names the places tried.</summary>
    /// <param name="scope">Whose directory; <see cref="RuntimeScope.Auto"/> is system for root, else user.</param>
    /// <param name="uid">Our effective user.</param>
    /// <param name="environment">Reads one environment variable.</param>
    /// <param name="problems">Receives the reason.</param>
    public static RuntimeBase? Choose(RuntimeScope scope, uint uid, Func<string, string?> environment, List<Problem> problems) =>
        throw new NotImplementedException();
}
