using Vmspawn.Options;

namespace Vmspawn.Cli.Declarations;

/// <summary>Credentials for the guest's service manager.</summary>
internal static class CredentialOptions
{
    public static VmOption[] All() =>
    [
        Declare.Value(
            Topic.Credentials,
            "--set-credential",
            null,
            "ID:VALUE",
            "Credential; C escapes in VALUE are resolved",
            CredentialText.ParseSet,
            Replace),
        Declare.Value(
            Topic.Credentials,
            "--load-credential",
            null,
            "ID:PATH",
            "Credential from a file, a socket or, by bare name, $CREDENTIALS_DIRECTORY",
            CredentialText.ParseLoad,
            Replace),
    ];

    // A later one of the same name replaces the earlier one.
    private static VmOptions Replace(VmOptions options, CredentialSource credential)
    {
        var kept = options.Credentials.Where(other => other.Id != credential.Id);
        return options with { Credentials = [.. kept, credential] };
    }
}
