namespace Vmspawn.Cli.Declarations;

/// <summary>The groups that help, manual and documentation show options in, in this order.</summary>
internal enum Topic
{
    General,
    Image,
    Host,
    Boot,
    Network,
    Console,
    Credentials,
    Pcie,
    Registration,
    Mounts,
    Integration,
}
