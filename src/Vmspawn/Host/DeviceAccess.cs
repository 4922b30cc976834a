using Vmspawn.Linux;

namespace Vmspawn.Host;

/// <summary>What a device of the kernel's is to us.</summary>
internal enum DeviceAccess
{
    /// <summary>It opens for reading and writing.</summary>
    Open,

    /// <summary>It is there and not ours to open.</summary>
    Denied,

    /// <summary>There is none, or nothing in the kernel serves it.</summary>
    Missing,
}

/// <summary>Devices by path.</summary>
internal static class DeviceFile
{
    /// <summary>Looks by opening it, since permissions alone do not tell.</summary>
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
