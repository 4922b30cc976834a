using System.Security.Cryptography;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Many machines from one image that stays as it is.</summary>
public sealed class TemplateTests : VmTest
{
    [Fact]
    public async Task Two_machines_at_once_run_from_one_template_and_find_their_own_writes_again()
    {
        var template = Scratch.Own("base");
        await File.WriteAllBytesAsync(template, RandomNumberGenerator.GetBytes(4 << 20));
        var before = SHA256.HashData(File.ReadAllBytes(template));
        var child = Scratch.Own("child.qcow2");
        Scratch.Own(".local");

        using (var first = VmspawnRun.Start(Scratch, QemuKind.Distribution, Guest(
            "report,write=vda:4096:first,mark=written,wait-acpi,poweroff", $"--template={template}", $"--image={child}", "--grow-image=6M")))
        {
            await first.Output.WaitFor("vmtest: waiting for the power button", GuestBound);
            Assert.Equal((6 << 20) / 512, GuestReport.In(first.Output.Text).Block("child.qcow2").Sectors);
            // The harness's name for the machine is taken: the second has another, and its image is found by it.
            await Booted("write=vda:4096:second,poweroff", $"--machine={Scratch.Mark}-2", $"--template={template}");
            first.Signal("TERM");
            Assert.Equal(0, (await first.End(GuestBound)).Status);
        }

        var again = await Booted("read=vda:4096:64,poweroff", $"--template={template}", $"--image={child}");
        Assert.Contains("vmtest: read vda:4096:64 first", again, StringComparison.Ordinal);
        var images = Path.Combine(Scratch.Images, ".local", "state", "machines");
        Assert.Equal([Path.Combine(images, $"{Scratch.Mark}-2.qcow2")], Directory.GetFiles(images));
        Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(template)));

        File.SetLastWriteTimeUtc(template, DateTime.UtcNow.AddMinutes(1));
        var refused = await Run(QemuKind.Distribution, Guest("poweroff", "--image-format=qcow2", $"--image={child}"));
        Assert.True(refused.Status == 1, refused.ToString());
        Assert.Contains($"its template {template} was changed", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--template=base", "-i CHILD")]
    [InlineData("--template=base --image=missing/child", "there is no directory")]
    [InlineData("--template=nowhere --image=child", "there is no such file")]
    [InlineData("--template=base --image=other.raw", "is no qcow2 image")]
    [InlineData("--template=base --image=child --ephemeral", "an ephemeral machine keeps nothing")]
    public async Task A_template_that_cannot_have_a_child_is_refused_and_leaves_no_file(string options, string words)
    {
        Scratch.Raw("base");
        Scratch.Raw("other.raw");
        var ended = await Run(QemuKind.Distribution, ["--user", "--kvm=no", "--firmware=bios", .. options.Split(' ')]);
        Assert.InRange(ended.Status, 1, 2);
        Assert.Contains(words, ended.Error, StringComparison.Ordinal);
    }

    private async Task<string> Booted(string words, params string[] options)
    {
        var ended = await Run(QemuKind.Distribution, Guest(words, options));
        Assert.True(ended.Status == 0, ended.ToString());
        return ended.Output;
    }
}
