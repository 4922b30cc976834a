namespace Vmspawn.SystemTests.Harness;

/// <summary>The smallest guest: ten bytes that power a q35 machine off, in a disk of 1 MiB that SeaBIOS takes.</summary>
internal static class BootSector
{
    // mov dx, 0x604; mov ax, 0x2000; out dx, ax; hlt
    private static readonly byte[] PowerOff = [0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4];

    public static string Write(Scratch scratch, string name = "boot.raw")
    {
        var disk = new byte[1 << 20];
        PowerOff.CopyTo(disk, 0);
        disk[510] = 0x55;
        disk[511] = 0xaa;
        var path = scratch.Own(name);
        File.WriteAllBytes(path, disk);
        return path;
    }
}
