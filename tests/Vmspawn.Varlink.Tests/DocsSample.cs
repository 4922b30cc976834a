namespace Vmspawn.Varlink.Tests;

internal static class DocsSample
{
    public static async Task CallAsync(string path)
    {
        await using var client = await VarlinkClient.ConnectAsync(path);
        using var reply = await client.CallAsync("org.example.echo.Echo", p => p.WriteString("text"u8, "hello"));
        Console.WriteLine(reply.Parameters.GetProperty("text"u8).GetString());

        await foreach (var number in client.CallMoreAsync("org.example.echo.Count", p => p.WriteNumber("to"u8, 3)))
        {
            using (number)
                Console.WriteLine(number.Parameters.GetProperty("number"u8).GetInt64());
        }
    }
}
