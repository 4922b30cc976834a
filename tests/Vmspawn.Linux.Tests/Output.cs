using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux.Tests;

/// <summary>Runs a child and reads what it writes.</summary>
internal static class Output
{
    public static async Task<(string Text, ChildExit Exit)> OfAsync(ChildSpec spec)
    {
        using var pipe = Pipe.Create();
        using var child = ChildProcess.Start(spec with { StandardOutput = pipe.WriteEnd });
        pipe.WriteEnd.Dispose();
        var text = await Task.Run(() => ReadToEnd(pipe.ReadEnd));
        return (text, await child.Exited.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    public static string ReadToEnd(SafeFileHandle pipe)
    {
        using var reader = new StreamReader(new FileStream(pipe, FileAccess.Read, 0), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    public static async Task<string> ReadLineAsync(SafeFileHandle pipe)
    {
        using var readiness = new Readiness(pipe);
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await readiness.WaitReadableAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
            if (DescriptorIo.Read(pipe, one) == 0 || one[0] == '\n')
                return line.ToString();
            line.Append((char)one[0]);
        }
    }
}
