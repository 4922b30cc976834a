namespace Vmspawn.Spec;

/// <summary>Ids of the devices that vmspawn adds. The prefix avoids conflicts with ids in the user's arguments.</summary>
internal static class DeviceIds
{
    public const string Rng = "vmspawn-rng";
    public const string Confidential = "vmspawn-confidential";
    public const string Balloon = "vmspawn-balloon";
    public const string Serial = "vmspawn-serial";
    public const string ScsiController = "vmspawn-scsi";
    public const string RootDrive = "vmspawn-root";
    public const string CloudInit = "vmspawn-cloud-init";
    public const string Console = "vmspawn-console";
    public const string Monitor = "vmspawn-monitor";
    public const string Memory = "vmspawn-memory";
    public const string Tpm = "vmspawn-tpm";
    public const string Graphics = "vmspawn-graphics";
    public const string Usb = "vmspawn-usb";
    public const string Clipboard = "vmspawn-clipboard";
    public const string Vsock = "vmspawn-vsock";
    public const string Notify = "vmspawn-notify";
    public const string Shell = "vmspawn-shell";
    public const string Agent = "vmspawn-agent";

    /// <summary>A hot-plugged drive; the number is never reused.</summary>
    public static string HotDrive(int number) => $"vmspawn-hot-{number}";

    public static string Nic(int index) => index == 0 ? "vmspawn-nic" : $"vmspawn-nic-{index}";

    public static string Netdev(int index) => index == 0 ? "vmspawn-net" : $"vmspawn-net-{index}";

    public static string Share(int index) => $"vmspawn-share-{index}";

    public static string Volume(int index) => $"vmspawn-volume-{index}";

    public static string ExtraDrive(int index) => $"vmspawn-extra-{index}";
}
