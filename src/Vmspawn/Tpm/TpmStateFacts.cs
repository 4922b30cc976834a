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

    /// <summary>The authority's certificate, under the name that swtpm_localca(8) chooses.</summary>
    public const string IssuerCertificate = "issuercert.pem";

    /// <summary>A directory in which a TPM is being made; it is removed when all of it has been put in place.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>swtpm's own lock file.</summary>
    private const string Lock = ".lock";

    /// <summary>What verifies the TPM's certificates, under the names that swtpm_localca(8) chooses; kept with the state.</summary>
    public static IReadOnlyList<string> Certificates { get; } = [IssuerCertificate, "swtpm-localca-rootca-cert.pem"];

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
        // A run that was killed while it put a new TPM in place leaves some of its files here and the rest in there.
        if (names.Contains(Unfinished))
            names.ExceptWith(Certificates);
        names.ExceptWith([Unfinished, Lock]);
        return names.Count == 0 ? TpmStateFacts.Absent : TpmStateFacts.Foreign;
    }
}
