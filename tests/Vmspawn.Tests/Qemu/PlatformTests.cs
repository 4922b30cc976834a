using Vmspawn.Firmware;
using Vmspawn.Options;
using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class PlatformTests
{
    [Theory]
    [InlineData("x86_64", "tcg", "7.2", "max")]
    [InlineData("x86_64", "kvm", "7.2", "host")]
    [InlineData("aarch64", "tcg", "7.2", "max,pauth-impdef=on")]
    [InlineData("aarch64", "kvm", "11.1", "host")]
    [InlineData("riscv64", "tcg", "7.2", "rv64")]
    [InlineData("riscv64", "tcg", "8.2", "max")]
    public void A_guest_gets_all_that_its_accelerator_has(string architecture, string accelerator, string version, string model) =>
        Assert.Equal(model, Of(architecture).CpuModel(accelerator, Version(version)));

    [Theory]
    [InlineData("x86_64", "7.2", true)]
    [InlineData("aarch64", "7.2", true)]
    [InlineData("riscv64", "8.2", false)]
    [InlineData("riscv64", "9.0", true)]
    public void SMBIOS_tables_are_made_for_riscv64_since_QEMU_9(string architecture, string version, bool made) =>
        Assert.Equal(made, Of(architecture).TakesSmbios(Version(version)));

    [Theory]
    [InlineData("x86_64", "7.2", true)]
    [InlineData("aarch64", "7.2", true)]
    [InlineData("riscv64", "8.0", false)]
    [InlineData("riscv64", "8.1", true)]
    public void Flash_chips_have_names_on_riscv64_since_QEMU_8_1(string architecture, string version, bool named)
    {
        var none = new HashSet<string>();
        var qemu = new QemuFacts
        {
            Path = "/qemu", Version = Version(version), Drivers = new Dictionary<string, string>(), Machines = none, Accelerators = none,
            Objects = none, HasSandbox = false,
        };
        Assert.Equal(named, FirmwarePlatform.Of(Of(architecture), qemu).WhyNoFlash is null);
    }

    private static Platform Of(string name) => Platform.Of(OptionWords.Architectures.Single(known => known.Word == name).Value)!;

    private static QemuVersion Version(string text)
    {
        var parts = text.Split('.');
        return new QemuVersion(int.Parse(parts[0]), int.Parse(parts[1]), 0);
    }
}
