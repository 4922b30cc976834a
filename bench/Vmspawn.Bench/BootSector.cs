namespace Vmspawn.Bench;

/// <summary>Guests of a few bytes for SeaBIOS on q35.</summary>
internal static class BootSector
{
    /// <summary>mov dx, 0x604; mov ax, 0x2000; out dx, ax; hlt: off by ACPI.</summary>
    public static readonly byte[] PowerOff = [0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4];

    /// <summary>cli; hlt: stays.</summary>
    public static readonly byte[] Halt = [0xfa, 0xf4];

    /// <summary>Writes a disk of 1 MiB that starts with it.</summary>
    public static string Write(string path, byte[] code)
    {
        var disk = new byte[1 << 20];
        code.CopyTo(disk, 0);
        disk[510] = 0x55;
        disk[511] = 0xaa;
        File.WriteAllBytes(path, disk);
        return path;
    }
}
