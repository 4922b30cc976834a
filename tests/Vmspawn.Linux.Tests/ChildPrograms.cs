using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux.Tests;

/// <summary>
/// What this very executable does when a test starts it as a child: some things can only be proven by a process that
/// dies of them.
/// </summary>
internal static class ChildPrograms
{
    private const string Marker = "--child-program";

    private static string ExecutablePath => Path.Combine(AppContext.BaseDirectory, "Vmspawn.Linux.Tests");

    public static ChildSpec Spec(string program, params string[] arguments) =>
        new(ExecutablePath, [Marker, program, .. arguments]);

    public static bool TryRun(string[] args, out int exitCode)
    {
        var isChild = args is [Marker, _, ..];
        exitCode = isChild ? Run(args[1], args[2..]) : 0;
        return isChild;
    }

    private static int Run(string program, string[] arguments)
    {
        if (arguments is ["self", ..])
            ParentDeath.UseSelf();
        return program switch
        {
            "parent" => BeParent(dieWithParent: arguments[0] != "none"),
            "describe" => Start(new ChildSpec("/bin/sh", ["-c", "grep -E 'Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd; echo $0 $1", "zero", "a b"])
            {
                Descriptors = [new(7, File.OpenHandle("/dev/zero"))],
            }),
            "raw" => BeRaw(crash: arguments[0] == "crash"),
            "bus" => CallSilentBus(cancels: arguments[0] == "cancel"),
            "foreground" => Foreground(arguments[0]),
            "exec" => Start(new ChildSpec(arguments[1], [])),
            _ => throw new ArgumentException("no such program", nameof(program)),
        };
    }

    private static int BeParent(bool dieWithParent)
    {
        var child = ChildProcess.Start(new ChildSpec("/bin/sleep", ["30"]) { DieWithParent = dieWithParent });
        Console.WriteLine(child.Id);
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static int BeRaw(bool crash)
    {
        _ = TerminalMode.MakeRaw(new SafeFileHandle(3, ownsHandle: false));
        Console.WriteLine("raw");
        Console.Read();
        return crash ? throw new InvalidOperationException("on purpose") : 0;
    }

    // The library takes the bus' address from the environment of the process.
    private static int CallSilentBus(bool cancels)
    {
        using var cancel = new CancellationTokenSource();
        if (cancels)
            cancel.CancelAfter(TimeSpan.FromMilliseconds(300));
        try
        {
            using var bus = BusConnection.Open(user: false);
            bus.Match("type='signal'", cancels ? TimeSpan.FromMinutes(1) : TimeSpan.FromMilliseconds(300), cancel.Token);
        }
        catch (Exception error) when (error is BusException or OperationCanceledException)
        {
            Console.WriteLine(error is BusException ? error.Message : "cancelled");
        }

        return 0;
    }

    private static int Foreground(string script)
    {
        Console.WriteLine("started");
        var exit = ForegroundChild.RunAsync("/bin/sh", ["-c", script]).GetAwaiter().GetResult();
        Console.WriteLine(exit);
        return exit.ExitCode ?? 128 + (int)exit.Signal!;
    }

    private static int Start(ChildSpec spec)
    {
        try
        {
            return ChildProcess.Start(spec).Exited.GetAwaiter().GetResult().ExitCode ?? 255;
        }
        catch (LinuxException error)
        {
            Console.WriteLine(error.Message);
            return 3;
        }
    }
}
