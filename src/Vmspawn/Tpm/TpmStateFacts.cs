namespace Vmspawn.Tpm;

/// <summary>What exists at the path of a TPM's state.</summary>
internal enum TpmStateFacts
{
    /// <summary>Nothing, an empty directory, or an unfinished state of a killed run.</summary>
    Absent,

    /// <summary>A TPM 2.0.</summary>
    Made,

    /// <summary>Anything else; must not be changed.</summary>
    Foreign,
}

/// <summary>The files of a TPM's state directory.</summary>
internal static class TpmStateFiles
{
    /// <summary>swtpm's state file of a TPM 2.0; moved into place last, so its presence means that the state is complete.</summary>
    public const string Permanent = "tpm2-00.permall";

    /// <summary>The authority's certificate, under swtpm_localca(8)'s name.</summary>
    public const string IssuerCertificate = "issuercert.pem";

    /// <summary>The directory in which a new TPM is created; removed when all files have been moved into place.</summary>
    public const string Unfinished = ".unfinished";

    /// <summary>swtpm's own lock file.</summary>
    private const string Lock = ".lock";

    /// <summary>The certificates that verify the TPM's certificate, under swtpm_localca(8)'s names; kept with the state.</summary>
    public static IReadOnlyList<string> Certificates { get; } = [IssuerCertificate, "swtpm-localca-rootca-cert.pem"];

    /// <summary>Examines a path.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Permission denied.</exception>
    public static TpmStateFacts Look(string path)
    {
        if (!Directory.Exists(path))
            return File.Exists(path) ? TpmStateFacts.Foreign : TpmStateFacts.Absent;
        var names = Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).ToHashSet();
        if (names.Contains(Permanent))
            return TpmStateFacts.Made;
        // A run that was killed while it moved a new TPM into place leaves some files here and the rest in that directory.
        if (names.Contains(Unfinished))
            names.ExceptWith(Certificates);
        names.ExceptWith([Unfinished, Lock]);
        return names.Count == 0 ? TpmStateFacts.Absent : TpmStateFacts.Foreign;
    }
}
