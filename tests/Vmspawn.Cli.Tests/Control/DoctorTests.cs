using System.Text;
using System.Text.Json;
using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Run;
using Vmspawn.Doctor;
using Vmspawn.Host;

namespace Vmspawn.Cli.Tests.Control;

public class DoctorTests
{
    private static (int Status, string Text) Run(HostExamination host, bool json = false)
    {
        var text = new StringBuilder();
        var screen = new ControlScreen(written => text.Append(written), _ => { }, TextStyle.Plain, null, () => Machines.Now);
        return (DoctorRun.Run(new DoctorCommand(json), VmHost.Of(host), screen), text.ToString());
    }

    private static HostFinding Find(HostExamination host, string id) => Assert.Single(Diagnosis.Of(host), finding => finding.Id == id);

    [Fact]
    public void A_host_on_which_no_machine_starts_says_why_and_what_to_do()
    {
        Assert.Equal((null, true), (VmHost.Of(SomeHost.Complete).WhyNot, VmHost.Of(SomeHost.Complete).HasKvm));
        Assert.Equal((null, false), (VmHost.Of(SomeHost.Bare).WhyNot, VmHost.Of(SomeHost.Bare).HasKvm));
        Assert.Equal("QEMU x86_64: there is no qemu-system-x86_64 in $PATH (dnf install qemu-kvm)", VmHost.Of(SomeHost.WithoutQemu).WhyNot);
    }

    [Fact]
    public void A_host_that_lacks_nothing_is_reported_as_complete() => Assert.Equal((0, """
        Fedora Linux 44, Linux 7.0.1, 8 CPUs, 16G of memory, as root

          ok     runtime files  /run/systemd/vmspawn
          ok     QEMU x86_64    11.1.0 (/usr/bin/qemu-system-x86_64)
          ok     QEMU aarch64   11.1.0 (/usr/bin/qemu-system-aarch64)
          ok     QEMU riscv64   11.1.0 (/usr/bin/qemu-system-riscv64)
          ok     KVM            a guest runs with it
          ok     UEFI firmware  /usr/share/qemu/firmware/50-edk2.json
          ok     Secure Boot    /usr/share/qemu/firmware/40-edk2-secure.json
          ok     TPM            /usr/bin/swtpm
          ok     confidential   SEV-SNP (--coco=sev-snp)
          ok     io_uring       granted; memory that may be locked: unlimited
          ok     user network   /usr/bin/passt
          ok     TAP network    /dev/net/tun
          ok     vsock          /dev/vhost-vsock
          ok     shares         /usr/libexec/virtiofsd, which maps ids
          ok     ssh            /usr/bin/ssh
          ok     registration   /run/systemd/machine/io.systemd.Machine
          ok     journal        /usr/bin/systemd-journal-remote
          ok     volumes        providers block, fs

        Nothing is missing.

        """), Run(SomeHost.Complete));

    [Fact]
    public void Each_lack_is_reported_with_its_cost_and_the_command_that_fixes_it() => Assert.Equal((0, """
        Debian GNU/Linux 13 (trixie), Linux 6.12.1, 1 CPU, 2G of memory, as alice

          ok     runtime files  /tmp/vmspawn-1000
          ok     QEMU x86_64    10.0.2 (/usr/bin/qemu-system-x86_64)
          lacks  QEMU aarch64   there is no qemu-system-aarch64 in $PATH
                                costs: no aarch64 guests (--arch=)
                                fix: apt install qemu-system-arm
          lacks  QEMU riscv64   there is no qemu-system-riscv64 in $PATH
                                costs: no riscv64 guests (--arch=)
                                fix: apt install qemu-system-misc
          lacks  KVM            /dev/kvm: permission denied; members of the group kvm
                                may open it
                                costs: guests are emulated, which is ten times slower
                                and more
                                fix: usermod -aG kvm alice, then log in again
          lacks  UEFI firmware  none is installed for x86_64
                                costs: disks start only by --firmware=bios, unified
                                kernels not at all
                                fix: apt install ovmf
          lacks  Secure Boot    no firmware with it is installed
                                costs: no --secure-boot=yes
                                fix: apt install ovmf
          lacks  TPM            swtpm is not installed
                                costs: guests have no TPM
                                fix: apt install swtpm swtpm-tools
          lacks  confidential   KVM knows neither SEV-SNP nor TDX here
                                costs: no --coco=
          lacks  io_uring       the kernel grants none; memory that may be locked: 65536
                                bytes
                                costs: disks go through QEMU's threads, which is slower
                                fix: sysctl kernel.io_uring_disabled=0
          lacks  user network   passt is not installed: QEMU's own is used
                                costs: it is slower, and no port is published on an IPv6
                                address
                                fix: apt install passt
          lacks  TAP network    there is no /dev/net/tun
                                costs: no -n and no --network-bridge=;
                                --network-user-mode needs none
                                fix: modprobe tun
          lacks  vsock          there is no /dev/vhost-vsock and no vhost-device-vsock
                                costs: guests are reached by their network or serial
                                ports only
                                fix: modprobe vhost_vsock, or apt install
                                vhost-device-vsock
          lacks  shares         /usr/lib/qemu/virtiofsd only runs as root
                                costs: directories are shared by QEMU's 9p, which is
                                slower
                                fix: apt install virtiofsd
          lacks  ssh            ssh and ssh-keygen not found
                                costs: no keys for guests, no vmspawn ssh
                                fix: apt install openssh-client
          lacks  registration   systemd does not run here
                                costs: machinectl does not list the machines; vmspawn
                                list does
          lacks  journal        systemd-journal-remote is not installed
                                costs: no --forward-journal=
                                fix: apt install systemd-journal-remote
          lacks  volumes        no storage provider serves
                                costs: no --bind-volume=
                                fix: systemctl start systemd-storage-fs.socket (systemd
                                261 or later)

        Machines start here; 16 things are missing.

        """), Run(SomeHost.Bare));

    [Fact]
    public void Only_QEMU_and_a_runtime_directory_are_required()
    {
        var findings = Diagnosis.Of(SomeHost.Bare);
        Assert.Equal(["runtime-directory", "qemu-x86_64"], findings.Where(finding => finding.State == HostFindingState.Works).Select(finding => finding.Id));
        Assert.All(findings.Skip(2), finding => Assert.Equal(HostFindingState.Lacks, finding.State));
        Assert.All(findings.Skip(2), finding => Assert.False(string.IsNullOrEmpty(finding.Cost), finding.Id));
    }

    [Fact]
    public void Without_QEMU_the_status_is_1_and_other_findings_are_there_all_the_same()
    {
        var (status, text) = Run(SomeHost.WithoutQemu);
        Assert.Equal(1, status);
        Assert.Contains("  fails  QEMU x86_64    there is no qemu-system-x86_64 in $PATH\n", text, StringComparison.Ordinal);
        Assert.Contains("fix: dnf install qemu-kvm\n", text, StringComparison.Ordinal);
        Assert.Contains("  ok     vsock ", text, StringComparison.Ordinal);
        Assert.EndsWith("\nNo machine can start here.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_QEMU_of_another_architecture_is_enough_for_success()
    {
        var host = SomeHost.Complete with { Qemus = [SomeHost.Bare.Qemus[1], SomeHost.Complete.Qemus[1]] };
        Assert.Equal(0, Run(host).Status);
    }

    [Fact]
    public void Without_a_place_for_the_runtime_directory_doctor_fails_with_the_reason()
    {
        var problem = new Problem("runtime-directory", "runtime directory", "there is no place for it", "set $XDG_RUNTIME_DIR");
        var host = SomeHost.Complete with { Host = null, HostProblem = problem };
        Assert.Equal(1, Run(host).Status);
        Assert.Equal(("there is no place for it", "set $XDG_RUNTIME_DIR"), (Find(host, "runtime-directory").Found, Find(host, "runtime-directory").Fix));
    }

    [Fact]
    public void A_program_serves_vsock_where_the_kernel_does_not()
    {
        var host = SomeHost.Complete with { VsockDevice = DeviceAccess.Missing };
        Assert.Equal("/usr/bin/vhost-device-vsock", Find(host, "vsock").Found);
    }

    [Fact]
    public void Confidential_guests_take_a_host_and_a_QEMU()
    {
        var host = SomeHost.Complete with { Confidential = new ConfidentialHost(null, "Y", DeviceAccess.Missing, null, null) };
        Assert.Equal(("the host has TDX, and QEMU does not know it", "install QEMU 10.1 or later"), (Find(host, "confidential").Found, Find(host, "confidential").Fix));
        host = SomeHost.Complete with { Confidential = new ConfidentialHost("N", null, DeviceAccess.Missing, null, null) };
        Assert.StartsWith("/sys/module/kvm_amd/parameters/sev_snp says N", Find(host, "confidential").Found, StringComparison.Ordinal);
    }

    [Fact]
    public void What_fixes_a_device_depends_on_why_it_does_not_open()
    {
        var without = SomeHost.Bare;
        Assert.Equal("modprobe tun", Find(without, "tap").Fix);
        Assert.Equal("chmod 0666 /dev/net/tun", Find(without with { TunDevice = DeviceAccess.Denied }, "tap").Fix);
        Assert.StartsWith("ip tuntap add", Find(without with { TunDevice = DeviceAccess.Open }, "tap").Fix, StringComparison.Ordinal);
        Assert.StartsWith("modprobe vhost_vsock, or apt install", Find(without, "vsock").Fix, StringComparison.Ordinal);
        Assert.StartsWith("chmod 0666", Find(without with { VsockDevice = DeviceAccess.Denied }, "vsock").Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void As_json_the_report_is_one_object()
    {
        var (status, text) = Run(SomeHost.Bare, json: true);
        Assert.Equal(0, status);
        var json = JsonElement.Parse(text);
        Assert.True(json.GetProperty("canStart").GetBoolean());
        var kvm = Assert.Single(json.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("id").GetString() == "kvm");
        Assert.Equal(
            ("lacks", "usermod -aG kvm alice, then log in again"), (kvm.GetProperty("state").GetString(), kvm.GetProperty("fix").GetString()));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("findings")[0].GetProperty("cost").ValueKind);
    }

    [Fact]
    public void The_help_of_doctor_has_no_options_for_machines()
    {
        Assert.IsType<Mistakes>(CommandLine.Parse("vmspawn", ["doctor", "--user"], new Dictionary<string, string>()));
        var help = Assert.IsType<ShowControlHelp>(CommandLine.Parse("vmspawn", ["doctor", "--help"], new Dictionary<string, string>()));
        Assert.DoesNotContain("--system", ControlHelp.Write(help.Verb, TextStyle.Plain), StringComparison.Ordinal);
    }
}
