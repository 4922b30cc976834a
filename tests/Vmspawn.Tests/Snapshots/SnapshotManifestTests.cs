using System.Collections;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vmspawn.Options;
using Vmspawn.Pcie;
using Vmspawn.Snapshots;

namespace Vmspawn.Tests.Snapshots;

public class SnapshotManifestTests
{
    private static readonly VmOptions Everything = new()
    {
        Quiet = true, Scope = RuntimeScope.System, Machine = "vm", Uuid = new Guid("0b7a6f5e-1111-2222-3333-444455556666"), Image = "/i", Directory = "/d",
        Template = new TemplateImage("/t", ImageFormat.Qcow2), ImageFormat = ImageFormat.Qcow2, ImageDiskType = DiskType.Nvme, Ephemeral = true, DiscardDisk = false, GrowImage = 5,
        ExtraDrives = [new ExtraDrive("/e", ImageFormat.Qcow2, DiskType.ScsiCd, Persist: true)],
        Volumes = [new VolumeRequest("fs", "v") { Type = DiskType.Nvme, Create = VolumeCreation.New, Template = "t", ReadOnly = true, Size = 7, AsBlockDevice = true }],
        Linux = "/k", LinuxContent = "kernel"u8.ToArray(), BootEntry = "auto", Initrds = ["/1", "/2"], Firmware = FirmwareKind.Uefi, FirmwareDescriptor = "/f.json",
        FirmwareFeatures = new FirmwareFeatures(["a"], ["b"]), EfiNvramTemplate = "/n", EfiNvramState = StatePlace.Off, Confidential = ConfidentialGuest.Tdx, Architecture = Architecture.Arm64,
        Cpus = new CpuTopology(4, "4,cores=2"), Ram = new RamSize(1, 2, 3), Kvm = Tristate.Yes, Tpm = Tristate.No, TpmState = new StatePlace(true, "/p"),
        Vsock = new VsockRequest(VsockMode.User, 77), SshKey = new SshKeyRequest(true, "rsa"), Journal = new JournalRequest("/j.journal", 1, 2, 3, 4), NotifyReady = false, GuestChannel = GuestChannel.Ssh,
        Smbios11 = ["s"], CloudInit = new CloudInitRequest("/u"), Registration = new RegistrationRequest { Register = Tristate.No, KeepUnit = true, Slice = "s.slice", Properties = [new UnitProperty("a", "b")] },
        Console = ConsoleMode.Gui, ConsoleTransport = ConsoleTransport.Serial, Background = "44", Networks = [NetworkMode.User, NetworkMode.Tap], NetworkBridges = ["br0"], SwitchNetworks = ["lan"],
        PublishedPorts = [new PublishedPort(IPAddress.IPv6Loopback, 0, 80, IsUdp: true)],
        Shares = new ShareRequests { Binds = [new BindMount("/s", "/t", true)], PrivateUsers = new IdRange(1, 2), Users = new BindUserRequests { Names = ["ann"], Groups = ["wheel"], Shell = "/bin/zsh", CopiesShell = true } },
        KernelArguments = ["a=b"], HotplugPorts = 3, Layout = PcieLayout.Packed, QemuSandbox = false, QemuExtra = ["-x"], NetworkMac = "52:54:00:12:34:56", Terminal = "xterm", CredentialsDirectory = "/c",
        Restore = new RestoreRequest("/r") { SetClock = false, NewIdentity = true },
    };

    private static readonly SnapshotManifest Whole = new()
    {
        Format = SnapshotManifest.CurrentFormat, Name = "vm", Created = DateTimeOffset.UnixEpoch, Writer = "1", Qemu = new FrozenQemu("/q", "7.2.0", "pc-q35-7.2", "tcg", null),
        Compression = MemoryCompression.Zstd, MemorySize = 1, IsPaused = false, IsReady = true, Drives = [new FrozenDrive("root", null, ["disk-root.qcow2"])], Files = [new FileStamp("/i", 1, 2, 3)],
        Hardware = ["-m 1"], Macs = [null, "52:54:00:12:34:56"], Credentials = [new FrozenCredential("a", "b"u8.ToArray())], Options = Everything,
    };

    [Fact]
    public void The_options_of_these_tests_have_no_default()
    {
        var standard = new VmOptions();
        // Credentials are kept beside the options.
        var unused = typeof(VmOptions).GetProperties().Where(property => property.Name != nameof(VmOptions.Credentials) && Describe(property.GetValue(Everything)) == Describe(property.GetValue(standard)));
        Assert.Empty(unused.Select(property => property.Name));
    }

    [Fact]
    public void A_manifest_that_is_written_and_read_is_the_same() =>
        Assert.Equal(Describe(Whole), Describe(SnapshotManifest.Parse(Whole.ToJson())));

    [Fact]
    public void An_option_that_the_writer_did_not_have_gets_its_default()
    {
        var json = JsonNode.Parse(Whole.ToJson())!;
        json["options"]!.AsObject().Clear();
        Assert.Equal(Describe(new VmOptions()), Describe(SnapshotManifest.Parse(Encoding.UTF8.GetBytes(json.ToJsonString())).Options));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("[]", "")]
    [InlineData("{}", "it has no number of its format")]
    [InlineData("""{"format": 2}""", "its format is 2, this vmspawn reads 1")]
    [InlineData("""{"format": 1}""", "")]
    [InlineData("""{"format": 1, "options": 3}""", "")]
    public void What_is_no_manifest_is_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<JsonException>(() => SnapshotManifest.Parse(Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);

    /// <summary>The whole value as text, since lists compare by reference.</summary>
    private static string Describe(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Describe))}]",
        _ when value.GetType() is { IsEnum: false, Namespace: "Vmspawn.Options" or "Vmspawn.Snapshots" } type => $"{type.Name} {string.Join(' ', type.GetProperties().Where(property => !property.GetMethod!.IsStatic).Select(property => $"{property.Name}={Describe(property.GetValue(value))}"))}",
        _ => value.ToString()!,
    };
}
