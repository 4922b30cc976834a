using System.Collections;
using System.Text;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests;

/// <summary>A command line that is parsed, written and parsed again is the same.</summary>
public class OptionLineTests
{
    private static readonly string[][] Lines =
    [
        ["-q", "--system", "-M", "vm", "--uuid=0b7a6f5e-1111-2222-3333-444455556666", "-i", "/a b.raw", "-G", "3M", "--discard-disk=no"],
        ["--user", "-D", "/tree", "--private-users=200000:1000", "--bind=/a\\:b\\\\c:/mnt/d:e", "--bind-ro=/f", "--bind-user=ann", "--bind-user=bob", "--bind-user-group=wheel", "--bind-user-shell=/bin/zsh"],
        ["-i", "a", "--bind-user=ann", "--bind-user-shell=yes", "--template=qcow2:/b:c"],
        ["-i", "a", "-x", "--image-format=qcow2", "--image-disk-type=nvme", "--extra-drive=persist:qcow2:scsi-cd:/d:e", "--extra-drive=/f", "--bind-volume=fs:v:nvme:create=new,size=1G,template=t,read-only=yes,request-as=blk", "--bind-volume=fs:w"],
        ["--linux=/k", "--initrd=/one", "--initrd=/two", "--firmware=none", "-s", "a,b=c d", "word", "--", "-dash", "quoted word's"],
        ["-i", "a", "--boot-entry=auto", "--firmware=uefi", "--efi-nvram-template=/t", "--efi-nvram-state=off", "--firmware-features=secure-boot,~enrolled-keys"],
        ["-i", "a", "--firmware=/some/descriptor.json", "--efi-nvram-state=/vars", "--firmware-features="],
        ["-i", "a", "--firmware=bios", "--tpm=yes", "--tpm-state=/state", "--kvm=no", "--cpus=4,sockets=2,cores=2,threads=1", "--ram=1G:4G:3", "--arch=arm64", "--qemu-sandbox=no", "--hotplug-ports=0", "--pcie-layout=packed"],
        ["-i", "a", "--coco=tdx", "--tpm-state=off", "--pcie-layout=ports", "--register=no", "--keep-unit", "-S", "web", "--property=MemoryMax=4G"],
        ["-i", "a", "--vsock=user", "--vsock-cid=77", "--pass-ssh-key=no", "--ssh-key-type=rsa", "--notify-ready=no", "--guest-channel=no", "--forward-journal=/j.journal", "--forward-journal-max-use=1G", "--forward-journal-keep-free=2G", "--forward-journal-max-file-size=3M", "--forward-journal-max-files=4"],
        ["-i", "a", "--set-credential=x:a\\nb\\x00\\xff", "--load-credential=y:/z", "--cloud-init", "--console=read-only", "--console-transport=serial", "--background=44"],
        ["--restore=/s n", "--restore-clock=no", "--restore-identity=new", "-M", "x"],
        ["-i", "a", "--cloud-init=./yes", "--console=gui", "--background=", "--network-user-mode", "-n", "--network-bridge=br0", "--publish=0.0.0.0:2222:22", "--publish=53:53/udp"],
    ];

    private static readonly Dictionary<string, string> Environment = new()
    {
        ["SYSTEMD_VMSPAWN_QEMU_EXTRA"] = "-device 'a b' \"c\\\"d\"",
        ["SYSTEMD_VMSPAWN_NETWORK_MAC"] = "52:54:00:12:34:56",
        ["TERM"] = "xterm",
        ["CREDENTIALS_DIRECTORY"] = "/run/credentials",
    };

    [Fact]
    public void A_line_that_is_written_and_parsed_again_has_the_same_options()
    {
        foreach (var line in Lines)
        {
            var options = Parse(line, Environment);
            var variables = OptionLine.Variables(options).ToDictionary(variable => variable.Name, variable => variable.Value);
            var again = Parse([.. OptionLine.Arguments(options, Escaped)], variables);
            Assert.Equal(Describe(options), Describe(again));
        }
    }

    [Fact]
    public void The_lines_of_these_tests_use_every_option()
    {
        var standard = new VmOptions();
        var parsed = Lines.Select(line => Parse(line, Environment)).ToList();
        // A kernel in memory has no option.
        var unused = typeof(VmOptions).GetProperties().Where(property => property.Name != nameof(VmOptions.LinuxContent))
            .Where(property => parsed.TrueForAll(options => Describe(property.GetValue(options)) == Describe(property.GetValue(standard))));
        Assert.Empty(unused.Select(property => property.Name));
    }

    [Fact]
    public void In_a_report_words_are_quoted_and_credentials_hidden()
    {
        var options = Parse(["-i", "/a b", "--set-credential=x:secret", "it's"], []);
        Assert.Equal("vmspawn '--image=/a b' '--set-credential=x:(6 bytes)' -- 'it'\\''s'", OptionLine.Text(options));
    }

    private static VmOptions Parse(string[] line, Dictionary<string, string> environment)
    {
        var parsed = CommandLine.Parse("vmspawn", ["plan", .. line], environment);
        Assert.Empty(parsed is Mistakes mistakes ? mistakes.Problems : []);
        return Assert.IsType<PlanCommand>(parsed).Options;
    }

    private static string Escaped(ReadOnlyMemory<byte> value) => string.Concat(value.ToArray().Select(octet => $"\\x{octet:x2}"));

    /// <summary>The whole value as text, since lists compare by reference.</summary>
    private static string Describe(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        IEnumerable items => $"[{string.Join(", ", items.Cast<object?>().Select(Describe))}]",
        _ when value.GetType().Namespace == typeof(VmOptions).Namespace && !value.GetType().IsEnum => DescribeRecord(value),
        _ => value.ToString()!,
    };

    private static string DescribeRecord(object value)
    {
        var text = new StringBuilder(value.GetType().Name);
        foreach (var property in value.GetType().GetProperties().Where(property => property.GetMethod!.GetParameters().Length == 0 && !property.GetMethod.IsStatic))
            text.Append($" {property.Name}={Describe(property.GetValue(value))}");
        return text.ToString();
    }
}
