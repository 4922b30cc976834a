using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Control.MonitorShare;

namespace Vmspawn.Tests.Control;

/// <summary>Descriptors of several programs, on the QEMU that is installed.</summary>
public class QmpShareDescriptorTests
{
    [Fact]
    public async Task Two_programs_that_add_descriptors_at_once_each_get_their_own_file_opened()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        await Task.WhenAll(AddAsync("a", 0), AddAsync("b", 100), DisturbAsync());
        using var asking = await qemu.ProgramAsync();
        await asking.SendAsync("""{"execute":"query-named-block-nodes","arguments":{"flat":true}}""");
        JsonElement[] nodes = [.. (await asking.AnswerAsync()).GetProperty("return").EnumerateArray()];
        Assert.Equal(40, nodes.Length);
        foreach (var node in nodes)
        {
            var name = node.GetProperty("node-name").GetString()!;
            var number = int.Parse(name[1..]) + (name[0] == 'b' ? 100 : 0);
            Assert.Equal((number + 1) * 512, node.GetProperty("image").GetProperty("virtual-size").GetInt64());
        }

        async Task AddAsync(string prefix, int offset)
        {
            using var program = await qemu.ProgramAsync();
            for (var n = 0; n < 20; n++)
            {
                using var file = UnlinkedFile((offset + n + 1) * 512);
                await program.SendAsync($$"""{"execute":"add-fd","id":{{n}}}""" + (n % 2 == 0 ? "\r\n" : ""), file);
                var set = (await program.AnswerAsync()).GetProperty("return").GetProperty("fdset-id").GetInt64();
                await program.SendAsync($$$"""{"execute":"blockdev-add","arguments":{"driver":"file","node-name":"{{{prefix}}}{{{n}}}","filename":"/dev/fdset/{{{set}}}"}}""");
                Assert.Equal("{}", (await program.AnswerAsync()).GetProperty("return").GetRawText());
            }
        }

        // Descriptors with commands that take none must not turn up in those that do.
        async Task DisturbAsync()
        {
            using var program = await qemu.ProgramAsync();
            using var file = UnlinkedFile(1024 * 1024);
            for (var n = 0; n < 40; n++)
            {
                Assert.Contains("prelaunch", await program.AskAsync("""{"execute":"query-status"}""", file, file));
                Assert.Contains("SCM_RIGHTS", await program.AskAsync("""{"execute":"add-fd"}"""));
            }
        }
    }

    [Fact]
    public async Task Pipelined_in_one_write_each_the_descriptors_stay_with_their_commands()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var program = await qemu.ProgramAsync();
        using var file = UnlinkedFile(512);
        await program.SendAsync("""{"execute":"query-status","id":1}{"execute":"query-status","id":2}""");
        await program.SendAsync("""{"execute":"getfd","arguments":{"fdname":"x"},"id":3}""" + "\r\n", file);
        await program.SendAsync("""{"execute":"getfd","arguments":{"fdname":"y"},"id":4}""" + "\r\n");
        await program.SendAsync("""{"execute":"closefd","arguments":{"fdname":"x"},"id":5}""");
        string[] lines = [await program.LineAsync(), await program.LineAsync(), await program.LineAsync(), await program.LineAsync(), await program.LineAsync()];
        Assert.Equal("""{"return": {}, "id": 3}""", lines[2]);
        Assert.Contains("SCM_RIGHTS", lines[3]);
        Assert.Equal("""{"return": {}, "id": 5}""", lines[4]);
    }

    [Fact]
    public async Task A_command_refused_with_its_descriptors_leaves_none_open_in_qemu_or_here()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var program = await qemu.ProgramAsync();
        var path = Path.Combine(Path.GetTempPath(), $"vmspawn-share-{Guid.NewGuid()}");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, options: FileOptions.DeleteOnClose);
        Assert.Contains("'fdname' is missing", await program.AskAsync("""{"execute":"getfd"}""", file));
        // The displacing descriptor is sent after the answer, and then this one is closed; the next command comes after both.
        await program.AskAsync("""{"execute":"query-status"}""");
        Assert.Equal(0, qemu.OpenFiles(path));
        Assert.Equal(1, OwnFiles(path));
        Assert.Equal("""{"return": {}}""", await program.AskAsync("""{"execute":"getfd","arguments":{"fdname":"a"}}""", file));
        await program.AskAsync("""{"execute":"query-status"}""");
        Assert.Equal(1, qemu.OpenFiles(path));
        Assert.Equal(1, OwnFiles(path));
    }

    [Fact]
    public async Task More_descriptors_than_qemu_takes_end_their_program_alone()
    {
        await using var qemu = await QmpShareQemu.StartAsync();
        using var good = await qemu.ProgramAsync();
        using var bad = await qemu.ProgramAsync();
        using var file = File.OpenHandle("/dev/null");
        await bad.SendAsync("""{"execute":"add-fd"}""", [.. Enumerable.Repeat(file, 17)]);
        var end = await bad.Served.WaitAsync(QmpShareProgram.Bound);
        Assert.Equal(QmpShareEndKind.Dropped, end.Kind);
        Assert.Contains("more descriptors", end.Text);
        Assert.Contains("prelaunch", await good.AskAsync("""{"execute":"query-status"}"""));
    }

    private static int OwnFiles(string path) =>
        Directory.EnumerateFiles("/proc/self/fd").Count(link => NameOf(link) == path);

    private static string? NameOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static SafeFileHandle UnlinkedFile(long size)
    {
        var path = Path.Combine(Path.GetTempPath(), $"vmspawn-share-{Guid.NewGuid()}");
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(path);
        RandomAccess.SetLength(file, size);
        return file;
    }
}
