namespace Vmspawn.Varlink.Tests;

/// <summary>Counts the sockets and test files that this process has open; the runtime opens what it likes beside them.</summary>
internal static class Descriptors
{
    public static int Open() => Names().Count(name => name is "/dev/null" || name?.StartsWith("socket:", StringComparison.Ordinal) == true);

    public static async Task AssertNoMoreThanAsync(int before)
    {
        for (var tries = 0; tries < 100 && Open() > before; tries++)
            await Task.Delay(50);
        Assert.True(Open() <= before, $"{Open()} descriptors are open, {before} were before: {string.Join(' ', Names())}");
    }

    private static IEnumerable<string?> Names() =>
        Directory.GetFileSystemEntries("/proc/self/fd").Select(path => new FileInfo(path).LinkTarget);
}
