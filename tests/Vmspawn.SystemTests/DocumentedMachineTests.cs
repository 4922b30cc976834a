using System.Text;
using System.Text.RegularExpressions;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Qmp;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>The code of docs/machine.md, compiled and run, and that of README.md, compiled.</summary>
public sealed partial class DocumentedMachineTests : VmTest
{
    private readonly StringBuilder _printed = new();

    [Fact]
    public void Each_code_of_the_pages_is_code_that_is_compiled()
    {
        var source = File.ReadAllText(Repository("tests/Vmspawn.SystemTests/DocumentedMachineTests.cs"));
        var compiled = Region().Matches(source).Select(region => Dedented(region.Groups["code"].Value));
        var shown = ((string[])["README.md", "docs/machine.md"]).SelectMany(page => Block().Matches(File.ReadAllText(Repository(page)))).Select(block => block.Groups["code"].Value);
        Assert.Equal(compiled.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_example_runs_and_prints_what_the_page_shows()
    {
        await ExampleAsync(Scratch.Mark, Prepared.Kernel, Prepared.Initrd, Words("shell"), Scratch.Raw("data.raw", 1 << 20), Print).WaitAsync(GuestBound);
        Assert.Equal("Linux x86_64\ndata: 1048576 bytes\nthe guest has 2048 sectors\nended with status 0\n", _printed.ToString());
        Assert.Contains($"```\n{_printed}```", await File.ReadAllTextAsync(Repository("docs/machine.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_files_and_another_process_reach_the_guest()
    {
        var options = new VmOptions { Machine = Scratch.Mark, Linux = Prepared.Kernel, Initrds = [Prepared.Initrd], KernelArguments = Words("commands,shell"), Firmware = FirmwareKind.None };
        await using var machine = await VirtualMachine.StartAsync(options, new VmStartOptions { Integration = HostIntegration.ControlSocket }, TestContext.Current.CancellationToken);
        var (site, copy) = (Scratch.Tree("site"), Path.Combine(Scratch.Images, "copy"));
        await File.WriteAllTextAsync(Path.Combine(site, "index.html"), "<p>", TestContext.Current.CancellationToken);
        await GuestAsync(machine, site, copy, Print).WaitAsync(GuestBound, TestContext.Current.CancellationToken);
        Assert.Equal("Linux x86_64\n3: /proc in\n1\n2\nended with status 143\nhello\n", _printed.ToString());
        Assert.Equal("<p>", await File.ReadAllTextAsync(Path.Combine(copy, "index.html"), TestContext.Current.CancellationToken));
        Directory.Delete(copy, recursive: true);

        _printed.Clear();
        await OtherProcessAsync(Scratch.Mark, Print).WaitAsync(GuestBound, TestContext.Current.CancellationToken);
        Assert.Equal($"running\nfrom another process\n{machine.Disks.All.Count} disks\n", _printed.ToString());
        Assert.True((await machine.Exited).IsSuccess);
    }

    [Fact]
    public async Task The_host_is_examined()
    {
        await HostAsync(Print);
        Assert.StartsWith("machines start here, ", _printed.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wait_and_a_start_that_fail_are_reported()
    {
        var report = Path.Combine(Scratch.Images, "report");
        var options = new VmOptions { Machine = Scratch.Mark, Image = BootSector.Write(Scratch), Firmware = FirmwareKind.Bios, Tpm = Tristate.No, Vsock = new VsockRequest(VsockMode.No, null) };
        await Assert.ThrowsAsync<VmEndedException>(() => ReportAsync(options, report).WaitAsync(GuestBound));
        Assert.Equal("status 0", (await File.ReadAllLinesAsync(Path.Combine(report, "exit.txt"), TestContext.Current.CancellationToken))[0]);
        Directory.Delete(report, recursive: true);

        await Assert.ThrowsAsync<VmLaunchException>(() => ReportAsync(options with { QemuExtra = ["-chardev", "file,id=x,path=/nowhere/x"] }, report).WaitAsync(GuestBound));
        Assert.Contains("/nowhere/x", await File.ReadAllTextAsync(Path.Combine(report, "qemu-stderr.txt"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Directory.Delete(report, recursive: true);
    }

    [Fact]
    public async Task A_machine_is_frozen_and_two_continue()
    {
        var options = new VmOptions { Linux = Prepared.Kernel, Initrds = [Prepared.Initrd], KernelArguments = Words("commands,shell"), Firmware = FirmwareKind.None, Machine = Scratch.Mark };
        await SnapshotAsync(options, Scratch.Own("frozen"), Print).WaitAsync(GuestBound, TestContext.Current.CancellationToken);
        Assert.Equal("prepared prepared\n", _printed.ToString());
    }

    private static async Task SnapshotAsync(VmOptions options, string frozen, Action<string> print)
    {
        // <example>
        await using (var first = await VirtualMachine.StartAsync(options))
        {
            await first.Guest.ShellAsync("echo prepared >/state");
            await first.FreezeAsync(frozen);
        }

        var snapshot = VmSnapshot.Open(frozen);
        await using (var one = await VirtualMachine.RestoreAsync(snapshot))
        await using (var other = await VirtualMachine.RestoreAsync(snapshot))
            print(await one.Guest.ShellAsync("cat /state") + " " + await other.Guest.ShellAsync("cat /state"));
        // </example>
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

    private static async Task GuestAsync(VirtualMachine machine, string site, string copy, Action<string> print)
    {
        // <example>
        var guest = machine.Guest;
        print((await guest.ShellAsync("uname -sm")).TrimEnd());
        var result = await guest.RunAsync(new GuestCommand("sh", "-c", "echo $PWD $(cat); exit 3") { WorkingDirectory = "/proc", Input = "in"u8.ToArray() });
        print($"{result.Status}: {result.Output.TrimEnd()}");

        // A command that runs on, with its streams.
        await using (var command = await guest.StartAsync(GuestCommand.Shell("while read word; do echo $word; done; exec sleep 1000")))
        {
            await command.Input.WriteAsync("1\n2\n"u8.ToArray());
            await command.Input.DisposeAsync();
            using var lines = new StreamReader(command.Output);
            print($"{await lines.ReadLineAsync()}\n{await lines.ReadLineAsync()}");
            command.Send(Signal.SIGTERM);
            print($"ended with status {await command.Exited}");
        }

        // A file's bytes, a tree into the guest, and back.
        await guest.WriteFileAsync("/greeting", "hello"u8.ToArray());
        print(Encoding.UTF8.GetString(await guest.ReadFileAsync("/greeting")));
        await guest.CopyInAsync(site, "/site");
        await guest.WaitAsync(GuestWait.Command(new GuestCommand("test", "-e", "/site/index.html")), TimeSpan.FromMinutes(1));
        await guest.CopyOutAsync("/site", copy);
        // </example>
    }

    private static async Task OtherProcessAsync(string name, Action<string> print)
    {
        // <example>
        await using var machine = await RunningMachine.OpenAsync(name);
        print((await machine.GetStatusAsync()).State);
        print((await machine.Guest.ShellAsync("echo from another process")).TrimEnd());
        await machine.PauseAsync();
        await machine.ResumeAsync();
        print($"{(await machine.Disks.ListAsync()).Count} disks");

        // QEMU's monitor, on a connection of its own.
        await using (var other = await RunningMachine.OpenAsync(name))
        {
            await using var monitor = await other.OpenMonitorAsync();
            await monitor.QueryStatusAsync();
        }

        await machine.TerminateAsync();
        // </example>
    }

    private static async Task HostAsync(Action<string> print)
    {
        // <example>
        var host = await VmHost.ExamineAsync();
        print(host.WhyNot ?? $"machines start here, {(host.HasKvm ? "with KVM" : "with emulated processors")}");
        foreach (var finding in host.Findings.Where(finding => finding.State != HostFindingState.Works))
            print($"{finding.Subject}: {finding.Found}; {finding.Cost} ({finding.Fix})");
        // </example>
    }

    private static async Task ReportAsync(VmOptions options, string report)
    {
        // <example>
        try
        {
            await using var machine = await VirtualMachine.StartAsync(options);
            try
            {
                await machine.Console.WaitForAsync("login: ");
            }
            catch (VmException)
            {
                await machine.WriteReportAsync(report);
                throw;
            }
        }
        catch (VmLaunchException failed)
        {
            await failed.WriteReportAsync(report);
            throw;
        }
        // </example>
    }

    /// <summary>Of README.md: it needs an image with nginx, so it is compiled only.</summary>
    private static async Task<VmExit> ReadmeAsync()
    {
        // <example>
        var options = new VmOptions { Image = "disk.raw", Ephemeral = true };
        await using var vm = await VirtualMachine.StartAsync(options);   // ends with the process, in whatever way

        await vm.Guest.WaitAsync(GuestWait.Unit("nginx.service"));       // fails at once if the unit, the guest or QEMU does
        await vm.Guest.CopyInAsync("site", "/var/www/html");
        Console.WriteLine(await vm.Guest.ShellAsync("nginx -v 2>&1"));
        await vm.Disks.AttachAsync("data", "data.raw", DiskType.Nvme);
        await vm.Console.WaitForAsync("login:");
        var exit = await vm.StopAsync();
        // </example>
        return exit;
    }

    private static string[] Words(string words) => ["no_timer_check", "quiet", $"vmtest={words}"];

    private void Print(string line) => _printed.Append(line).Append('\n');

    /// <summary>Without the indentation of the first line.</summary>
    private static string Dedented(string code)
    {
        var indentation = code.Length - code.TrimStart(' ').Length;
        return string.Join('\n', code.Split('\n').Select(line => line.Length >= indentation ? line[indentation..] : line));
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

    [GeneratedRegex(@"^ *// <example>\n(?<code>.*?)^ *// </example>", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Region();

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Block();
}
