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
            Add),
        Declare.Value(
            Topic.Credentials,
            "--load-credential",
            null,
            "ID:PATH",
            "Credential from a file, a socket or, by bare name, $CREDENTIALS_DIRECTORY",
            CredentialText.ParseLoad,
            Add),
    ];

    // One that is set twice is refused with the other rules (VmPlanning.Check).
    private static VmOptions Add(VmOptions options, CredentialSource credential) =>
        options with { Credentials = [.. options.Credentials, credential] };
}
