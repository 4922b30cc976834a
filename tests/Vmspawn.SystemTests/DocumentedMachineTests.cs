using System.Text;
using System.Text.RegularExpressions;
using Vmspawn.Options;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The code of docs/machine.md, compiled and run.</summary>
public sealed class DocumentedMachineTests : VmTest
{
    [Fact]
    public async Task The_example_of_the_manual_runs_and_is_what_the_manual_shows()
    {
        var log = new StringBuilder();
        string[] arguments = ["no_timer_check", "quiet", "vmtest=shell"];
        await ExampleAsync(Scratch.Mark, Prepared.Kernel, Prepared.Initrd, arguments, Scratch.Raw("data.raw", 1 << 20), line => log.Append(line).Append('\n')).WaitAsync(GuestBound);
        Assert.Matches("^Linux x86_64\ndata: 1048576 bytes\nthe guest has 2048 sectors\nended with status 0\n$", log.ToString());

        var shown = CodeOf(File.ReadAllText(Repository("docs/machine.md")), "```csharp\n", "```");
        var compiled = CodeOf(File.ReadAllText(Repository("tests/Vmspawn.SystemTests/DocumentedMachineTests.cs")), "// <example>\n", "        // </example>");
        Assert.Equal(compiled.Replace("\n        ", "\n", StringComparison.Ordinal).TrimStart(), shown);
    }

    private static async Task ExampleAsync(string name, string kernel, string initrd, string[] arguments, string data, Action<string> print)
    {
        // <example>
        var options = new VmOptions
        {
            Machine = name, Linux = kernel, Initrds = [initrd], KernelArguments = arguments, Firmware = FirmwareKind.None,
        };
        await using var machine = await VirtualMachine.StartAsync(options);

        // The initrd's shell.
        await machine.Console.WaitForAsync("# ");
        await machine.Console.SendAsync("uname -sm\n");
        var system = await machine.Console.WaitForAsync(new Regex("Linux [a-z0-9_]+\n", RegexOptions.NonBacktracking));
        print(system.Value.TrimEnd());

        // A disk for the running guest.
        var disk = await machine.Disks.AttachAsync("data", data, DiskType.Nvme);
        print($"{disk.Name}: {disk.Size} bytes");
        await machine.Console.SendAsync("until [ -e /dev/nvme0n1 ]; do sleep 0.2; done; echo has $(cat /sys/block/nvme0n1/size) sectors\n");
        print("the guest " + (await machine.Console.WaitForAsync(new Regex("has [0-9]+ sectors", RegexOptions.NonBacktracking))).Value);

        await machine.Console.SendAsync("poweroff -f\n");
        var exit = await machine.Exited;
        print($"ended with status {exit.Status}");
        // </example>
    }

    private static string Repository(string file)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, file)))
                return Path.Combine(at.FullName, file);
        }

        throw new FileNotFoundException(file);
    }

    private static string CodeOf(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal) + from.Length;
        return text[start..text.IndexOf(to, start, StringComparison.Ordinal)];
    }
}
