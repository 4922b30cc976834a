namespace Vmspawn.Tests.Machine;

public sealed class VmReportTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("vmspawn-report-").FullName;

    [Fact]
    public async Task What_can_be_written_is_written_although_another_file_fails()
    {
        var directory = Path.Combine(_root, "new", "report");
        var files = await VmReport.WriteAsync(directory, VmReport.Text("one", () => "1"), VmReport.Text("two", () => throw new InvalidOperationException()), VmReport.Text("three", () => "3"));
        Assert.Equal([Path.Combine(directory, "one"), Path.Combine(directory, "three")], files);
        Assert.Equal(["1", "3"], files.Select(File.ReadAllText));
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_no_failure()
    {
        var file = Path.Combine(_root, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        Assert.Empty(await VmReport.WriteAsync(Path.Combine(file, "below"), VmReport.Text("one", () => "1")));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
