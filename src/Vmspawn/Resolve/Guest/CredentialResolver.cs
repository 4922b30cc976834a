using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Reads the credentials that are named by path.</summary>
internal static class CredentialResolver
{
    /// <summary>systemd refuses larger ones (systemd.exec(5), "LoadCredential=").</summary>
    private const int LargestCredential = 1 << 20;

    public static async Task<CredentialSet> ResolveAsync(
        IReadOnlyList<CredentialSource> sources, string? directory, List<Problem> problems, CancellationToken cancel)
    {
        var credentials = new CredentialSet();
        foreach (var source in sources)
        {
            var value = source switch
            {
                LiteralCredential literal => literal.Value,
                LoadedCredential loaded => await LoadAsync(loaded, directory, problems, cancel).ConfigureAwait(false),
                _ => throw new ArgumentException($"Unknown kind of credential: {source.GetType()}", nameof(sources)),
            };
            if (value is not null)
                credentials.Set(source.Id, value.Value);
        }

        return credentials;
    }

    private static async Task<ReadOnlyMemory<byte>?> LoadAsync(LoadedCredential source, string? directory, List<Problem> problems, CancellationToken cancel)
    {
        var subject = $"--load-credential={source.Id}:{source.Path}";
        if (Locate(source.Path, subject, directory, problems) is not { } path)
            return null;
        try
        {
            var value = await CredentialFile.ReadAsync(path, LargestCredential + 1, cancel).ConfigureAwait(false);
            if (value.Length <= LargestCredential)
                return value;
            problems.Add(new Problem("credential-too-large", subject, "is larger than 1 MiB, the most a credential can be"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Problem("credential-unreadable", subject, $"cannot be read: {FailureReason.Of(error)}"));
        }

        return null;
    }

    /// <summary>A bare name is looked up in the directory of the credentials that the service manager passed to vmspawn.</summary>
    private static string? Locate(string path, string subject, string? directory, List<Problem> problems)
    {
        if (path.Contains('/', StringComparison.Ordinal))
            return path;
        if (directory is not null)
            return Path.Combine(directory, path);
        problems.Add(new Problem("credential-unreadable", subject,
            "a bare name is looked up in $CREDENTIALS_DIRECTORY, which is not set", $"write ./{path} for a file here"));
        return null;
    }
}
