namespace Vmspawn.SystemTests.Harness;

/// <summary>How much of what takes long is tried: a sample, or all of it with <c>./test.sh --all</c>.</summary>
internal static class Sample
{
    private const int OneOf = 4;

    public static bool IsWhole { get; } = Environment.GetEnvironmentVariable("VMSPAWN_TEST_ALL") == "1";

    /// <summary>All, or every fourth.</summary>
    public static IEnumerable<T> Of<T>(IEnumerable<T> all) => IsWhole ? all : all.Where((_, i) => i % OneOf == 0);
}
