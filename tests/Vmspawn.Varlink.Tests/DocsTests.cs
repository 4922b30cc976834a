namespace Vmspawn.Varlink.Tests;

[Collection(nameof(Sockets))]
public class DocsTests
{
    [Fact]
    public async Task Code_of_the_page_is_code_that_runs()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "varlink.md"));
        string[] sources = [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "sources")).Select(File.ReadAllText)];
        string[] blocks = [.. page.Split("```csharp\n").Skip(1).Select(rest => rest[..rest.IndexOf("```", StringComparison.Ordinal)])];
        Assert.Equal(5, blocks.Length);
        Assert.All(blocks, block => Assert.Contains(sources, source => source.Contains(block, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_client_of_the_page_talks_to_the_service_of_the_page()
    {
        await using var server = new TestServer();
        var before = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            await DocsSample.CallAsync(server.Path);
        }
        finally
        {
            Console.SetOut(before);
        }
        Assert.Equal("hello\n1\n2\n3\n", output.ToString());
    }
}
