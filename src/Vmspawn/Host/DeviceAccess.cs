using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>Whether a kernel device can be used.</summary>
internal enum DeviceAccess
{
    /// <summary>It opens for reading and writing.</summary>
    Open,

    /// <summary>It exists, but permission is denied.</summary>
    Denied,

    /// <summary>It does not exist, or no driver serves it.</summary>
    Missing,
}

/// <summary>Checks devices by path.</summary>
internal static class DeviceFile
{
    /// <summary>Opens the device to check it, because permission bits alone are not conclusive.</summary>
    public static DeviceAccess Look(string path)
    {
        if (!File.Exists(path))
            return DeviceAccess.Missing;
        try
        {
            OpenFile.Open(path, writable: true).Dispose();
            return DeviceAccess.Open;
        }
        catch (LinuxException e)
        {
            return e.Errno is Errno.EACCES or Errno.EPERM ? DeviceAccess.Denied : DeviceAccess.Missing;
        }
    }
}
