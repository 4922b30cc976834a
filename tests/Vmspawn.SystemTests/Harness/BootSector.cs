using System.Text;

namespace Vmspawn.SystemTests.Harness;

/// <summary>The smallest guests: a few bytes of code for a q35 machine, in a disk of 1 MiB that SeaBIOS takes.</summary>
internal static class BootSector
{
    // mov dx, 0x604; mov ax, 0x2000; out dx, ax; hlt
    private static readonly byte[] PowerOff = [0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef, 0xf4];

    // xor ax, ax; mov ds, ax; mov si, 0x7c28; next: lodsb; test al, al; jz end; mov ah, al; mov dx, 0x3fd; wait: in al, dx;
    // test al, 0x20; jz wait; mov al, ah; mov dl, 0xf8; out dx, al; jmp next; end: hlt; jmp end
    private static readonly byte[] WriteToSerial =
    [
        0x31, 0xc0, 0x8e, 0xd8, 0xbe, 0x28, 0x7c, 0xac, 0x84, 0xc0, 0x74, 0x11, 0x88, 0xc4, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xfb,
        0x88, 0xe0, 0xb2, 0xf8, 0xee, 0xeb, 0xea, 0xf4, 0xeb, 0xfd,
    ];

    // mov dx, 0xcf9; mov al, 6; out dx, al; hlt
    private static readonly byte[] Reset = [0xba, 0xf9, 0x0c, 0xb0, 0x06, 0xee, 0xf4];

    /// <summary>A guest that powers off at once.</summary>
    public static string Write(Scratch scratch, string name = "boot.raw") => Write(scratch, name, PowerOff, []);

    /// <summary>A guest that powers off when a key is pressed (mov ah, 0; int 0x16).</summary>
    public static string WriteKeyWait(Scratch scratch) => Write(scratch, "key.raw", [0xb4, 0x00, 0xcd, 0x16, .. PowerOff], []);

    /// <summary>A guest that resets the machine at once.</summary>
    public static string WriteReset(Scratch scratch) => Write(scratch, "reset.raw", Reset, []);

    /// <summary>A guest that does nothing.</summary>
    public static string WriteIdle(Scratch scratch) => Write(scratch, "idle.raw", [0xf4, 0xeb, 0xfd], []);

    /// <summary>A guest that writes a text to its first serial port and stays.</summary>
    public static string WriteSerial(Scratch scratch, string text) => Write(scratch, "serial.raw", WriteToSerial, Encoding.ASCII.GetBytes(text));

    /// <summary>A "kernel" for <c>--linux=</c> whose real-mode code powers off at once (Linux's boot protocol, 2.15).</summary>
    public static string WriteKernel(Scratch scratch)
    {
        var kernel = new byte[12 * 512];
        // Four setup sectors after the first; the rest is protected-mode code that nothing enters.
        kernel[0x1f1] = 4;
        BitConverter.TryWriteBytes(kernel.AsSpan(0x1f4), 7 * 512 / 16);
        kernel[0x1fe] = 0x55;
        kernel[0x1ff] = 0xaa;
        // jmp to the code behind the header
        kernel[0x200] = 0xeb;
        kernel[0x201] = 0x6a;
        "HdrS"u8.CopyTo(kernel.AsSpan(0x202));
        BitConverter.TryWriteBytes(kernel.AsSpan(0x206), (ushort)0x20f);
        kernel[0x211] = 1;
        BitConverter.TryWriteBytes(kernel.AsSpan(0x214), 0x100000);
        BitConverter.TryWriteBytes(kernel.AsSpan(0x22c), 0x7fffffff);
        BitConverter.TryWriteBytes(kernel.AsSpan(0x230), 0x200000);
        kernel[0x234] = 1;
        BitConverter.TryWriteBytes(kernel.AsSpan(0x238), 0x7ff);
        BitConverter.TryWriteBytes(kernel.AsSpan(0x258), 0x100000L);
        BitConverter.TryWriteBytes(kernel.AsSpan(0x260), 0x100000);
        PowerOff.CopyTo(kernel, 0x26c);
        var path = scratch.Own("kernel");
        File.WriteAllBytes(path, kernel);
        return path;
    }

    private static string Write(Scratch scratch, string name, byte[] code, byte[] data)
    {
        var disk = new byte[1 << 20];
        code.CopyTo(disk, 0);
        data.CopyTo(disk, 40);
        disk[510] = 0x55;
        disk[511] = 0xaa;
        var path = scratch.Own(name);
        File.WriteAllBytes(path, disk);
        return path;
    }
}
