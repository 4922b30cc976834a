using Vmspawn.Firmware;
using Vmspawn.Host;
using Vmspawn.Options;
using Vmspawn.Qemu;
using Vmspawn.Resolve;
using Vmspawn.Spec;
using Vmspawn.Tests.Qemu;

namespace Vmspawn.Tests.Resolve;

/// <summary>Where the TPM is kept, and what is said when there can be none.</summary>
public sealed class TpmResolverTests : IDisposable
{
    private static readonly string[] All = ["swtpm", "swtpm_setup", "swtpm_localca"];
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];
    private readonly List<string> _notices = [];

    [Fact]
    public void The_state_is_kept_beside_the_image_and_made_the_first_time()
    {
        var tpm = Resolve(new VmOptions { Image = _directory["a.raw"] })!;
        Assert.Equal((_directory["a.raw.tpmstate"], "/usr/bin/swtpm_setup"), (tpm.StateDirectory, tpm.Maker?.Setup));
        Assert.Contains(_directory["a.raw.tpmstate"], Assert.Single(_notices), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void Without_a_place_to_keep_it_it_lies_in_the_runtime_directory_and_needs_no_maker(bool ephemeral, bool kept)
    {
        var options = new VmOptions { Image = _directory["a.raw"], Ephemeral = ephemeral, TpmState = kept ? StatePlace.Auto : StatePlace.Off };
        var tpm = Resolve(options, programs: "swtpm")!;
        Assert.Equal(("/run/user/1000/systemd/vmspawn/vm/tpm", null), (tpm.StateDirectory, tpm.Maker));
        Assert.Empty(_notices);
    }

    [Fact]
    public void A_named_place_is_kept_for_an_ephemeral_machine_too()
    {
        var options = new VmOptions { Image = "/x.raw", Ephemeral = true, TpmState = new StatePlace(true, _directory["mine"] + "/") };
        Assert.Equal(_directory["mine"], Resolve(options)!.StateDirectory);
    }

    [Theory]
    [InlineData("/dev/nosuch", "beside a device")]
    [InlineData("/srv/a,b.raw", "comma")]
    public void Where_no_state_can_be_kept_beside_the_image_a_notice_says_that_it_is_discarded(string image, string why)
    {
        Assert.Null(Resolve(new VmOptions { Image = image })!.Maker);
        Assert.Contains(why, Assert.Single(_notices), StringComparison.Ordinal);
        Assert.Empty(_problems);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_an_error_only_when_a_TPM_was_requested()
    {
        // No user may write there, root neither.
        const string Image = "/proc/self/a.raw";
        Assert.Null(Resolve(new VmOptions { Image = Image })!.Maker);
        Assert.Contains("forgotten with the VM", Assert.Single(_notices), StringComparison.Ordinal);
        Assert.Empty(_problems);
        Assert.Equal($"{Image}.tpmstate", Resolve(new VmOptions { Image = Image, Tpm = Tristate.Yes })!.StateDirectory);
    }

    [Theory]
    [InlineData("swtpm")]
    [InlineData("")]
    public void By_default_there_is_no_TPM_where_a_program_is_missing_and_a_required_TPM_is_an_error_that_names_it(string installed)
    {
        var options = new VmOptions { Image = _directory["a.raw"] };
        Assert.Null(Resolve(options, installed.Split(' ')));
        Assert.Empty(_problems);
        Assert.Null(Resolve(options with { Tpm = Tristate.Yes }, installed.Split(' ')));
        var problem = Assert.Single(_problems);
        Assert.Equal("tpm-missing", problem.Code);
        Assert.Contains("not installed", problem.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_that_was_made_before_needs_no_setup_program()
    {
        Directory.CreateDirectory(_directory["a.raw.tpmstate"]);
        File.WriteAllText(Path.Combine(_directory["a.raw.tpmstate"], "tpm2-00.permall"), "");
        Assert.NotNull(Resolve(new VmOptions { Image = _directory["a.raw"], Tpm = Tristate.Yes }, programs: "swtpm"));
        Assert.Empty(_problems);
        Assert.Empty(_notices);
    }

    [Theory]
    [InlineData("full", "other things")]
    [InlineData("file", "not a directory")]
    [InlineData("no/where", "there is no directory")]
    [InlineData("a,b", "comma")]
    public void A_place_that_cannot_hold_a_state_is_refused(string name, string why)
    {
        Directory.CreateDirectory(_directory["full/of"]);
        File.WriteAllText(_directory["file"], "");
        Assert.Null(Resolve(new VmOptions { TpmState = new StatePlace(true, _directory[name]) }));
        var problem = Assert.Single(_problems);
        Assert.Contains(why, problem.Text, StringComparison.Ordinal);
        Assert.NotNull(problem.Hint);
    }

    [Fact]
    public void The_users_own_TPM_is_the_only_one() => Assert.Null(Resolve(new VmOptions { QemuExtra = ["-tpmdev", "passthrough,id=x"] }));

    [Fact]
    public void A_board_without_an_ISA_bus_gets_the_device_that_it_has()
    {
        var arm = SomeQemu.Facts with { Drivers = new Dictionary<string, string> { ["tpm-tis-device"] = "" } };
        Assert.Equal("tpm-tis-device", Resolve(new VmOptions(), qemu: arm)!.Driver);
    }

    public void Dispose() => _directory.Dispose();

    private TpmSpec? Resolve(VmOptions options, params string[] programs) => Resolve(options, null, programs);

    private TpmSpec? Resolve(VmOptions options, QemuFacts? qemu, params string[] programs)
    {
        var installed = programs.Length == 0 ? All : programs;
        var host = new HostFacts(1000, 2, 8L << 30, new RuntimeBase("/run/user/1000/systemd/vmspawn", false), false, false, false);
        qemu ??= SomeQemu.Facts with { Drivers = new Dictionary<string, string> { ["tpm-tis"] = "ISA", ["tpm-crb"] = "" } };
        var inventory = new HostInventory(host, qemu, new FirmwarePlaces([], []), name => installed.Contains(name) ? $"/usr/bin/{name}" : null, (_, _) => Task.FromResult(new KvmFacts(false, "none")));
        return new TpmResolver(options, inventory, _problems, _notices).Resolve("vm");
    }
}
