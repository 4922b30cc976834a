namespace Vmspawn.SystemTests.Harness;

/// <summary>How many of the positions of a fault are tried: a sample, or all of them with <c>./test.sh --all</c>.</summary>
internal static class FaultSample
{
    private const int OneOf = 4;

    public static bool IsWhole { get; } = Environment.GetEnvironmentVariable("VMSPAWN_TEST_ALL") == "1";

    /// <summary>All, or every fourth.</summary>
    public static IEnumerable<T> Of<T>(IEnumerable<T> all) => IsWhole ? all : all.Where((_, i) => i % OneOf == 0);
}
