using Vmspawn.Host;

namespace Vmspawn.Qemu;

/// <summary>Asks a QEMU binary what it can do, all questions at once.</summary>
internal static class QemuQuestions
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    /// <summary>The answers of a binary; null with the reason, and what it said, in <paramref name="problems"/>.</summary>
    public static QemuFacts? Ask(string path, List<Problem> problems)
    {
        var version = Run(path, "-version");
        // A binary without seccomp refuses the option while it reads its command line, before it comes to print its version.
        var sandbox = Run(path, "-sandbox", "on", "-version");
        // The same of io_uring; nothing is opened before the version is printed.
        var ioUring = Run(path, "-blockdev", "driver=file,node-name=a,filename=/,aio=io_uring", "-version");
        var devices = Run(path, "-device", "help");
        var machines = Run(path, "-machine", "help");
        var directories = Run(path, "-L", "help");
        var accelerators = Run(path, "-accel", "help");
        var objects = Run(path, "-object", "help");
        var help = Run(path, "-help");
        var serial = Run(path, "-device", "virtio-serial-pci,help");
        Task.WaitAll(version, sandbox, ioUring, devices, machines, directories, accelerators, objects, help, serial);

        if (QemuHelpText.Version(version.Result.Output) is not { } number)
            return Fail(path, "it does not tell its version", version.Result, problems);
        if (number < QemuVersion.Oldest)
            return Fail(path, $"it is QEMU {number}; {QemuVersion.Oldest.Major}.{QemuVersion.Oldest.Minor} or later is needed", version.Result, problems);
        var drivers = QemuHelpText.Drivers(devices.Result.Output);
        if (drivers.Count == 0)
            return Fail(path, "it does not list its devices", devices.Result, problems);
        var types = QemuHelpText.Names(machines.Result.Output);
        if (types.Count == 0)
            return Fail(path, "it does not list its machine types", machines.Result, problems);
        return new QemuFacts
        {
            Path = path,
            Version = number,
            Drivers = drivers,
            Machines = types,
            MachineAliases = QemuHelpText.Aliases(machines.Result.Output),
            DataDirectories = QemuHelpText.Directories(directories.Result.Output),
            Accelerators = QemuHelpText.Names(accelerators.Result.Output),
            Objects = QemuHelpText.IndentedNames(objects.Result.Output),
            HasSandbox = sandbox.Result.ExitCode == 0,
            HasIoUring = ioUring.Result.ExitCode == 0,
            RunWith = QemuHelpText.Keys(help.Result.Output, "-run-with"),
            HasConsoleSize = QemuHelpText.HasProperty(serial.Result.Output, "console-size"),
        };
    }

    private static Task<ChildRun> Run(string path, params string[] arguments) => ChildRun.Run(path, arguments, Bound);

    private static QemuFacts? Fail(string path, string what, ChildRun run, List<Problem> problems)
    {
        var said = run.Error.Trim().ReplaceLineEndings("; ");
        var ended = run.ExitCode is { } code and not 0 ? $", ended with status {code}" : "";
        problems.Add(new Problem("qemu-unusable", path, said.Length == 0 ? what + ended : $"{what}{ended}, and said: {said}"));
        return null;
    }
}
