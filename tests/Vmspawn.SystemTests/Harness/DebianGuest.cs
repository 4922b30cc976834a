using System.Diagnostics;

namespace Vmspawn.SystemTests.Harness;

/// <summary>The Debian with a real systemd that tests/guests/make-debian.sh has made.</summary>
internal static class DebianGuest
{
    /// <summary>A boot under emulation on a busy machine, with a reboot.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(480);

    /// <summary>GPT: an EFI system partition with systemd-boot and a UKI, and an ext4 root. Only to be read.</summary>
    public static string Disk => Part("disk.raw");

    /// <summary>The files of the disk's root, without a kernel. Only to be read.</summary>
    public static string Tree => Path.GetDirectoryName(Part("tree/etc/passwd"))![..^4];

    public static string Kernel => Part("vmlinuz");

    public static string Initrd => Part("initrd");

    /// <summary>Of the root partition.</summary>
    public static string PartUuid => File.ReadAllText(Part("partuuid")).Trim();

    /// <summary>
    /// What every boot of it gets. One processor: while the kernel rewrites its own code (static keys), a second emulated one now and then
    /// runs a breakpoint that is gone already, and the kernel panics ("Oops: int3").
    /// </summary>
    public static string[] Options(Scratch scratch) =>
        ["--user", $"--machine={scratch.Mark}", "--kvm=no", "--tpm=no", "--console=read-only", "--cpus=1", "--ram=1G"];

    /// <summary>Keeps cloud-init, which the disk has, from looking around.</summary>
    public const string NoCloudInit = "cloud-init=disabled";

    /// <summary>Kernel arguments: its root, and a console without the kernel's own lines.</summary>
    public static string[] KernelArguments => [$"root=PARTUUID={PartUuid}", "rw", "rootwait", "quiet", "audit=0", NoCloudInit];

    /// <summary>A qcow2 image of the disk's content that takes the guest's writes.</summary>
    public static string Overlay(Scratch scratch)
    {
        var path = scratch.Own("debian.qcow2");
        using var create = Process.Start("qemu-img", ["create", "-q", "-f", "qcow2", "-b", Disk, "-F", "raw", path]);
        create.WaitForExit();
        Assert.Equal(0, create.ExitCode);
        return path;
    }

    /// <summary>
    /// A service handed in by credential, for <c>systemd.wants=NAME.service</c>: a shell script, its output on the console.
    /// Each line opens the console anew, in a process that does not lead its session: the login prompt, which waits five
    /// seconds for other services, hangs up whoever has it open.
    /// </summary>
    public static string Service(Scratch scratch, string name, string script, string section = "") =>
        $"--load-credential=systemd.extra-unit.{name}.service:" + scratch.Text($"{name}.service", $"""
            [Unit]
            After=multi-user.target
            [Service]
            Type=oneshot
            ExecStart=/bin/sh -c 'printf %%s {Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(OnConsole(script)))} | base64 -d >/run/{name} && exec /bin/sh /run/{name}'
            {section}
            """);

    private static string OnConsole(string script) => $$"""
        {
        {{script}}
        } | while IFS= read -r line; do printf '%s\n' "$line" >/dev/hvc0; done

        """;

    private static string Part(string name)
    {
        var path = Path.Combine(Prepared.Cache, "debian", name);
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"{path} is missing: run ./test.sh, which makes it.", path);
    }
}
