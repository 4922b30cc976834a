using System.Globalization;
using Vmspawn.Host;
using Vmspawn.Images;
using Vmspawn.Launch;
using Vmspawn.Options;
using Vmspawn.Plan;

namespace Vmspawn.Tests.Launch;

/// <summary>A directory with what launches need: images, trees, programs that stand in for QEMU and helpers; and a look at what a launch has left.</summary>
internal sealed class LaunchBench : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public LaunchBench()
    {
        Directory.CreateDirectory(this["runtime"], PrivateFiles.DirectoryMode);
        Directory.CreateDirectory(this["tree/boot"]);
        File.WriteAllText(this["tree/boot/vmlinuz"], "kernel");
        File.WriteAllText(this["image"], new string('i', 4096));
        File.WriteAllText(this["template"], new string('t', 4096));
        Script("setup", "echo x >$TMPDIR/issuercert.pem; echo x >$TMPDIR/swtpm-localca-rootca-cert.pem; echo x >\"$3/tpm2-00.permall\"");
        Script("endless", $"(sleep 600 & echo $! >{this["pid"]}); sleep 600");
        Script("qemu", "exec sleep 600");
        Script("helper", $"echo $$ >>{this["pids"]}; exec sleep 600");
        File.WriteAllText(this["pids"], "");
    }

    /// <summary>A path in the directory.</summary>
    public string this[string name] => _directory[name];

    public string Root => _directory.Path;

    /// <summary>What could not be undone.</summary>
    public List<string> Told { get; } = [];

    /// <summary>The steps that were reported.</summary>
    public List<string> Steps { get; } = [];

    /// <summary>The programs that were started, with their standard errors.</summary>
    public List<(string Program, ProcessOutput Output)> Started { get; } = [];

    public RuntimeBase Runtime => new(this["runtime"], IsFallback: false);

    public void Dispose() => _directory.Dispose();

    public VmPlan PlanOf(params IReadOnlyList<DescriptorSource> sources) => new()
    {
        Name = "vm",
        Program = this["qemu"],
        Arguments = [],
        Descriptors = Numbered(sources),
        Topology = null!,
        Interrupts = null!,
        Console = ConsoleMode.Headless,
    };

    public static HelperPlan HelperOf(string program, params IReadOnlyList<DescriptorSource> sources) =>
        new() { Purpose = "a test", Program = program, Arguments = [], Descriptors = Numbered(sources) };

    public ChildImagePlan Child(string name) =>
        new(this[name], 1 << 20, new TemplateFacts(this["template"], ImageFormat.Raw, new TemplateStamp(4096, 0)));

    public Task<RunningVm> LaunchAsync(VmPlan plan, CancellationToken? cancel = null) =>
        Launcher.LaunchAsync(plan, Runtime, PassedDevices.None, Told.Add, Steps.Add, (program, output) => Started.Add((program, output)), cancel ?? TestContext.Current.CancellationToken);

    /// <summary>A launch that fails with this word in its reason, and after which all is as before.</summary>
    public async Task LeavesNothingAsync(VmPlan plan, string word)
    {
        var before = Snapshot();
        var error = await Assert.ThrowsAsync<LaunchException>(() => LaunchAsync(plan));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot());
        Assert.Empty(Told);
    }

    public static bool IsRunning(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{int.Parse(pid, CultureInfo.InvariantCulture)}/stat").Split(')')[1].Trim()[0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>All files with their sizes, and this process's descriptors that are open in the directory.</summary>
    public List<string> Snapshot()
    {
        var files = Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories)
            .Where(path => path != this["pids"])
            .Select(path => $"{path} {(File.Exists(path) ? new FileInfo(path).Length : 0)}");
        var open = Directory.EnumerateFileSystemEntries("/proc/self/fd")
            .Select(path => new FileInfo(path).LinkTarget)
            .Where(target => target?.StartsWith(_directory.Path, StringComparison.Ordinal) == true)
            .Select(target => $"open: {target}");
        return [.. files.Concat(open).Order(StringComparer.Ordinal)];
    }

    public void Script(string name, string text)
    {
        File.WriteAllText(_directory[name], $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(_directory[name], PrivateFiles.DirectoryMode);
    }

    private static DescriptorPlan[] Numbered(IReadOnlyList<DescriptorSource> sources) =>
        [.. sources.Select((source, i) => new DescriptorPlan($"slot-{i}", 3 + i, source))];
}
