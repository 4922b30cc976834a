using System.Diagnostics;
using Vmspawn.Bench;
using Vmspawn.Linux;

if (args is not [var program, var times] || !int.TryParse(times, out var runs) || runs < 1)
{
    Console.Error.WriteLine("usage: Vmspawn.Bench VMSPAWN RUNS");
    return 2;
}

var folder = Directory.CreateTempSubdirectory("vmspawn-bench-").FullName;
try
{
    var boot = BootSector.Write(Path.Combine(folder, "boot.raw"), BootSector.PowerOff);
    var stay = BootSector.Write(Path.Combine(folder, "stay.raw"), BootSector.Halt);
    var drives = Enumerable.Range(0, 110).Select(number => BootSector.Write(Path.Combine(folder, $"d{number}"), [])).ToArray();
    (string Name, string[] Options)[] cases =
    [
        ("one disk, 10 spare ports", []),
        ("one disk, no spare port", ["--hotplug-ports=0"]),
        ("10 more drives", [.. drives[..10].Select(path => $"--extra-drive={path}")]),
        ("110 more drives, packed", ["--pcie-layout=packed", .. drives.Select(path => $"--extra-drive={path}")]),
    ];

    Console.WriteLine($"| guest: a boot sector that powers off; median of {runs} | bare QEMU, ms | vmspawn, ms | ratio | supervisor's peak, MiB |");
    Console.WriteLine("|---|---:|---:|---:|---:|");
    foreach (var (name, options) in cases)
    {
        string[] common = ["--quiet", "--kvm=no", "--tpm=no", "--firmware=bios", "--console=read-only", "--machine=bench", .. options];
        var supervised = new Supervised(program, [.. common, $"--image={boot}"]);
        var bare = new PlannedQemu(supervised.Plan());
        var (bareMs, ourMs, ratio) = await Both(runs, bare.Run, supervised.Run);
        var peak = await new Supervised(program, [.. common, $"--image={stay}"]).PeakKib();
        Console.WriteLine($"| {name} | {bareMs:f0} | {ourMs:f0} | {ratio:f2} | {peak / 1024.0:f1} |");
    }

    await new HotplugBench(program, folder).PrintAsync();
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

// In turn, and the ratio pair by pair: what else the machine does falls on both. The first of each warms the caches and is not counted.
static async Task<(double Bare, double Ours, double Ratio)> Both(int runs, Func<Task<ChildExit>> bare, Func<Task<ChildExit>> ours)
{
    var (bareTimes, ourTimes) = (new List<double>(), new List<double>());
    for (var run = 0; run <= runs; run++)
    {
        var (first, second) = (await Milliseconds(bare), await Milliseconds(ours));
        if (run == 0)
            continue;
        bareTimes.Add(first);
        ourTimes.Add(second);
    }
    return (Medians.Of(bareTimes), Medians.Of(ourTimes), Medians.Of(bareTimes.Zip(ourTimes, (bare, ours) => ours / bare)));
}

static async Task<double> Milliseconds(Func<Task<ChildExit>> run)
{
    var clock = Stopwatch.StartNew();
    var exit = await run();
    var elapsed = clock.Elapsed.TotalMilliseconds;
    return exit.IsSuccess ? elapsed : throw new InvalidOperationException($"A run {exit}.");
}
