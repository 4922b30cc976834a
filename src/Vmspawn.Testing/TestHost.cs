namespace Vmspawn.Testing;

/// <summary>What the tests of a user have in common on a host.</summary>
public static class TestHost
{
    private static readonly SemaphoreSlim Examining = new(1, 1);

    private static VmHost? _examined;

    /// <summary>
    /// How many virtual processors the machines of all test processes of this user have together at most: <c>$VMSPAWN_TEST_CPUS</c>, otherwise the host's processors. A start waits for
    /// its turn.
    /// </summary>
    /// <exception cref="TestMachineException">The variable has no number.</exception>
    public static int Slots => Places.Slots;

    /// <summary>Where reports of failed tests are written: <c>$VMSPAWN_TEST_REPORTS</c>, otherwise <c>TestResults/vmspawn</c> in the working directory.</summary>
    public static string Reports => Places.Reports;

    private static TestPlaces Places { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>
    /// Why machines do not start here, as a sentence with what to do about it: the reason for a skip (<c>Assert.Skip</c>, <c>Assert.Ignore</c>, <c>Assert.Inconclusive</c>). Null where they start. The
    /// host is examined once for each process.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TestMachineException">Machines do not start here, and <c>$VMSPAWN_TEST_REQUIRED</c> is set to 1: a run that must test skips nothing.</exception>
    public static async Task<string?> WhySkipAsync(CancellationToken cancellationToken = default)
    {
        await Examining.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _examined ??= await VmHost.ExamineAsync(null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Examining.Release();
        }

        return WhySkip(_examined, Places);
    }

    /// <summary>The same for a host that was examined.</summary>
    internal static string? WhySkip(VmHost host, TestPlaces places) => host.WhyNot is not { } reason ? null
        : places.IsRequired ? throw new TestMachineException($"no machine starts here, but VMSPAWN_TEST_REQUIRED=1 requires it: {reason}")
        : $"no machine starts here: {reason}";
}
