using Microsoft.Win32.SafeHandles;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>Opens a file that was looked at before, and makes sure that it is that file: what was probed and checked for locks is what QEMU gets.</summary>
internal static class ImageOpener
{
    /// <exception cref="IOException">It cannot be opened, or another file has its name now.</exception>
    public static SafeFileHandle Open(OpenedFile plan)
    {
        var file = OpenFile.Open(plan.Path, writable: !plan.ReadOnly);
        try
        {
            if (plan.Identity is { } identity && FileFacts.Of(file).Identity != identity)
                throw new IOException("the file was replaced since it was checked (start again)");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
