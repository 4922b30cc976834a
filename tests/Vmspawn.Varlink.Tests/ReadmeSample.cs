using Vmspawn.Linux;

namespace Vmspawn.Varlink.Tests;

[Collection(nameof(Sockets))]
public class ReadmeSample
{
    [Fact]
    public async Task The_sample_of_the_readme_counts()
    {
        var directory = Directory.CreateTempSubdirectory("varlink");
        try
        {
            Assert.Equal([1, 2, 3], await RunAsync(Path.Combine(directory.FullName, "socket")));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<List<long>> RunAsync(string path)
    {
        // <readme>
        var counting = new VarlinkImplementation(VarlinkInterface.Parse(
            """
            interface org.example.counting
            # [Supports 'more' flag]
            method Count(to: int) -> (number: int)
            """));
        counting.On("Count", async call =>
        {
            var to = call.Parameters.GetProperty("to").GetInt64();
            for (var number = 1L; call.WantsMore && number < to; number++)
                await call.ContinueAsync(reply => reply.WriteNumber("number", number));
            await call.ReplyAsync(reply => reply.WriteNumber("number", to));
        });
        var identity = new VarlinkIdentity("Example", "counting", "1", "https://example.org/");
        await using var server = VarlinkServer.Start(UnixListener.Bind(path), new VarlinkService(identity, counting));

        await using var client = await VarlinkClient.ConnectAsync(path);
        var numbers = new List<long>();
        await foreach (var reply in client.CallMoreAsync("org.example.counting.Count", call => call.WriteNumber("to", 3)))
        {
            using (reply)
                numbers.Add(reply.Parameters.GetProperty("number").GetInt64());
        }
        // </readme>
        return numbers;
    }
}
