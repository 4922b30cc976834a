using Vmspawn.Linux;

namespace Vmspawn.Readme;

/// <summary>The code of docs/linux.md.</summary>
internal static class PageSample
{
    public static async Task RunAsync(Action<string> print)
    {
        // <page>
        // A child that ends with this process in whatever way, with an open file under a number that it knows.
        using (var input = MemoryFile.Create("input", "from the parent\n"u8))
        {
            using var errors = Pipe.Create();
            using var words = new StderrTail(OpenFile.Duplicate(errors.ReadEnd));
            using var child = ChildProcess.Start(new ChildSpec("/bin/sh", ["-c", "cat <&7 >&2; exit 3"])
            {
                Descriptors = [new ChildDescriptor(7, input)],
                StandardError = errors.WriteEnd,
            });
            errors.WriteEnd.Dispose();
            print($"it {await child.Exited}");
            await words.Ended;
            print($"it wrote: {words.Text}");
        }

        // A terminal for another program, and its size.
        using (var terminal = PseudoTerminal.Create())
        {
            terminal.Size = new WindowSize(24, 80);
            DescriptorIo.Write(terminal.Slave, "on the screen"u8);
            var buffer = new byte[64];
            print(System.Text.Encoding.UTF8.GetString(buffer, 0, DescriptorIo.Read(terminal.Master, buffer)));
        }

        // A failure has the kernel's error number, and the sentence has its name.
        try
        {
            OpenFile.Open("/nowhere/file", writable: false).Dispose();
        }
        catch (LinuxException missing) when (missing.Errno == Errno.ENOENT)
        {
            print(missing.Message);
        }

        // Work that nobody awaits has an owner, who learns of its failure and ends it.
        await using (var background = new BackgroundTasks((what, why) => print($"cannot {what}: {FailureReason.Of(why)}")))
            background.Run("read the socket", _ => throw new LinuxException("read", null, Errno.ECONNRESET));
        // </page>
    }
}
