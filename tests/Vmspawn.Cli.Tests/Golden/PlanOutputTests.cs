using System.Text.Json;
using Vmspawn.Images;
using Vmspawn.Options;
using Vmspawn.Plan;
using Vmspawn.Plan.Print;

namespace Vmspawn.Cli.Tests.Golden;

/// <summary>The forms in which a plan is printed.</summary>
public class PlanOutputTests
{
    [Fact]
    public void Every_form_of_the_plan_shows_what_runs_beside_QEMU()
    {
        using var inventory = new GoldenInventory { Programs = ["swtpm"] };
        var plan = inventory.Plan(["-M", "vm", "--linux=IMAGES/vmlinuz", "--firmware=none"], null).Plan!;
        Assert.EndsWith(
            "\nBeside QEMU:\n  swtpm (the TPM, its state in /run/user/1000/systemd/vmspawn/vm/tpm)\n", PlanText.Tree(plan), StringComparison.Ordinal);

        var commands = PlanText.Commands(plan).Split("\n\n");
        Assert.Equal(2, commands.Length);
        Assert.StartsWith("/usr/bin/swtpm\nsocket\n", commands[0], StringComparison.Ordinal);
        Assert.StartsWith("/usr/bin/qemu-system-x86_64\n-name\nvm\n", commands[1], StringComparison.Ordinal);

        using var json = JsonDocument.Parse(JsonText.Line(writer => PlanJson.Write(plan, writer)));
        var helper = json.RootElement.GetProperty("helpers")[0];
        var slots = helper.GetProperty("descriptors").EnumerateArray().Select(slot => slot.GetProperty("kind").GetString());
        Assert.Equal(("/usr/bin/swtpm", "socket tpm-state"), (helper.GetProperty("program").GetString(), string.Join(' ', slots)));
    }

    [Fact]
    public void Every_form_for_people_and_programs_shows_which_files_are_grown_and_made()
    {
        using var inventory = new GoldenInventory();
        var plan = inventory.Plan(["-i", "IMAGES/root.raw", "-G", "3M", "--firmware=bios"], null).Plan! with
        {
            Children = [new ChildImagePlan("/child.qcow2", 512, new TemplateFacts("/base.raw", ImageFormat.Raw, default))],
        };
        var growth = Assert.Single(plan.Growths);
        Assert.EndsWith(
            $"\nBefore it starts:\n  {growth.Path} is grown to 3145728 bytes\n  /child.qcow2 is made, a child of /base.raw\n", PlanText.Tree(plan), StringComparison.Ordinal);

        using var json = JsonDocument.Parse(JsonText.Line(writer => PlanJson.Write(plan, writer)));
        Assert.Equal(3145728, json.RootElement.GetProperty("growths")[0].GetProperty("size").GetInt64());
        Assert.Equal("/base.raw", json.RootElement.GetProperty("children")[0].GetProperty("template").GetString());
    }
}
