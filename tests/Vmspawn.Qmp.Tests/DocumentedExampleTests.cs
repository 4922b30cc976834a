using System.Text;

namespace Vmspawn.Qmp.Tests;

/// <summary>The code of docs/qmp.md, compiled and run.</summary>
public class DocumentedExampleTests
{
    [Fact]
    public async Task The_example_of_the_manual_runs_and_is_what_the_manual_shows()
    {
        await using var qemu = new QemuProcess();
        var log = new StringBuilder();
        await ExampleAsync(qemu.Socket(), line => log.AppendLine(line));
        Assert.StartsWith("QEMU ", log.ToString());
        Assert.Contains("prelaunch\nRESUME\nGenericError: ", log.ToString());
        Assert.EndsWith("ended: QEMU closed it\n", log.ToString());

        var repository = FindUp("docs/qmp.md");
        var shown = CodeOf(File.ReadAllText(Path.Combine(repository, "docs/qmp.md")), "```csharp\n", "```");
        var compiled = CodeOf(
            File.ReadAllText(Path.Combine(repository, "tests/Vmspawn.Qmp.Tests/DocumentedExampleTests.cs")), "// <example>\n", "        // </example>");
        Assert.Equal(compiled.Replace("\n        ", "\n", StringComparison.Ordinal).TrimStart(), shown);
    }

    private static async Task ExampleAsync(string path, Action<string> print)
    {
        // <example>
        // The socket of a QEMU that was just started appears a little later.
        var options = new QmpClientOptions { SocketTimeout = TimeSpan.FromSeconds(10) };
        await using var qemu = await QmpClient.ConnectAsync(path, options);
        print($"QEMU {qemu.Greeting.Version}");

        // A typed command.
        var status = await qemu.QueryStatusAsync();
        print(status.Status);

        // Subscribe first, then do what makes the event.
        using var events = qemu.SubscribeTo("RESUME", "SHUTDOWN");
        await qemu.ContAsync();
        print((await events.FirstAsync()).Name);

        // Any command, with its arguments, a time limit of its own, and QEMU's refusal.
        try
        {
            await qemu.ExecuteAsync(
                "blockdev-add",
                writer =>
                {
                    writer.WriteString("driver", "file");
                    writer.WriteString("node-name", "disk0");
                    writer.WriteString("filename", "/nonexistent");
                },
                new QmpCallOptions { Timeout = TimeSpan.FromSeconds(2) });
        }
        catch (QmpCommandException refused)
        {
            print($"{refused.ErrorClass}: {refused.Description}");
        }

        await qemu.QuitAsync();
        var end = await qemu.Ended;
        print($"ended: {end.Text}");
        // </example>
    }

    private static string FindUp(string file)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, file)))
                return at.FullName;
        }

        throw new FileNotFoundException(file);
    }

    private static string CodeOf(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal) + from.Length;
        return text[start..text.IndexOf(to, start, StringComparison.Ordinal)];
    }
}
