namespace Vmspawn.Tpm;

/// <summary>What lies where a TPM's state is to be.</summary>
internal enum TpmStateFacts
{
    /// <summary>Nothing, an empty directory, or what a run that was killed did not finish.</summary>
    Absent,

    /// <summary>A TPM 2.0.</summary>
    Made,

    /// <summary>Something that is not ours to change.</summary>
    Foreign,
}

/// <summary>The files of a TPM's state directory.</summary>
internal static class TpmStateFiles
{
    /// <summary>What swtpm keeps a TPM 2.0 in; the last file to be put in place, so it tells that the rest is there.</summary>
    public const string Permanent = "tpm2-00.permall";

    /// <summary>A directory in which a TPM is being made.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>swtpm's own lock file.</summary>
    private const string Lock = ".lock";

    /// <summary>Looks at a path.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not ours to read.</exception>
    public static TpmStateFacts Look(string path)
    {
        if (!Directory.Exists(path))
            return File.Exists(path) ? TpmStateFacts.Foreign : TpmStateFacts.Absent;
        var names = Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).ToHashSet();
        if (names.Contains(Permanent))
            return TpmStateFacts.Made;
        names.ExceptWith([Unfinished, Lock]);
        return names.Count == 0 ? TpmStateFacts.Absent : TpmStateFacts.Foreign;
    }
}
