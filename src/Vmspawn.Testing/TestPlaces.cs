using Vmspawn.Linux;

namespace Vmspawn.Testing;

/// <summary>Where test processes of a user keep what they share, and their limits: from environment variables.</summary>
internal sealed record TestPlaces
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const string Own = "vmspawn-tests";

    private readonly Func<string, string?> _variable;

    /// <param name="variable">Reads one environment variable.</param>
    public TestPlaces(Func<string, string?> variable) => _variable = variable;

    /// <summary>How many virtual processors may run at once.</summary>
    /// <exception cref="TestMachineException">The variable has no number.</exception>
    public int Slots => Given("VMSPAWN_TEST_CPUS") is not { } text ? Environment.ProcessorCount
        : int.TryParse(text, out var number) && number > 0 ? number
        : throw new TestMachineException($"VMSPAWN_TEST_CPUS={text}: it must be a number of virtual processors, 1 or more");

    /// <summary>The bound of the cache of frozen machines, in bytes.</summary>
    /// <exception cref="TestMachineException">The variable has no size.</exception>
    public long CacheLimit => Given("VMSPAWN_TEST_CACHE_SIZE") is not { } text ? 20L << 30
        : Options.SizeText.Parse(text) is { Mistake: null, Value: var bytes } ? bytes
        : throw new TestMachineException($"VMSPAWN_TEST_CACHE_SIZE={text}: it must be a size such as 20G");

    /// <summary>Whether a host without machines is a failure instead of a skip.</summary>
    public bool IsRequired => Given("VMSPAWN_TEST_REQUIRED") is { } text && text != "0";

    /// <summary>Where reports of failed tests are written.</summary>
    public string Reports => Path.GetFullPath(Given("VMSPAWN_TEST_REPORTS") ?? Path.Combine("TestResults", "vmspawn"));

    /// <summary>The cache of frozen machines. It keeps gigabytes, so it is not in a runtime directory, which may be memory.</summary>
    /// <exception cref="IOException">It cannot be created.</exception>
    public string Cache() => Created(Given("VMSPAWN_TEST_CACHE") is { } given
        ? Path.GetFullPath(given)
        : Path.Combine(Given("XDG_CACHE_HOME") is ['/', ..] cache ? cache : Path.Combine(Given("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"), "vmspawn", "tests"));

    /// <summary>The directory of the slots' lock files; empty after each boot of the host.</summary>
    /// <exception cref="IOException">It cannot be created, or other users can write to it.</exception>
    public string SlotDirectory()
    {
        var user = UserEntry.EffectiveUserId;
        return Created(Given("XDG_RUNTIME_DIR") is ['/', ..] run ? Path.Combine(run, Own)
            : user == 0 ? Path.Combine("/run", Own)
            : Path.Combine(Given("TMPDIR") is ['/', ..] temporary ? temporary : "/tmp", $"{Own}-{user}"));
    }

    private string? Given(string name) => _variable(name) is { Length: > 0 } text ? text : null;

    private static string Created(string path)
    {
        Directory.CreateDirectory(path, Private);
        using var directory = OpenFile.Directory(path);
        var facts = FileFacts.Of(directory);
        // In /tmp another user may have created it first.
        if (facts.UserId != UserEntry.EffectiveUserId || (facts.Mode & OthersWrite) != UnixFileMode.None)
            throw new IOException($"{path} cannot be used, because {(facts.UserId != UserEntry.EffectiveUserId ? $"it belongs to user {facts.UserId}" : "other users can write to it")}");
        return path;
    }
}
