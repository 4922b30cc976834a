using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary>Our failures in our own words, each with its reason.</summary>
internal static class MachineFailures
{
    /// <param name="failure">What happened.</param>
    /// <param name="name">The disk that it is about, if it is about one.</param>
    public static VarlinkErrorException Of(ControlException failure, string? name) =>
        new($"{ControlInterfaces.Ours}.{failure.Failure}", error =>
        {
            if (IsAboutStorage(failure.Failure))
                error.WriteString("name"u8, name ?? "");
            error.WriteString("reason"u8, failure.Message);
        });

    private static bool IsAboutStorage(ControlFailure failure) => failure is ControlFailure.NoSuchStorage
        or ControlFailure.StorageExists
        or ControlFailure.StorageImmutable
        or ControlFailure.GuestRefused
        or ControlFailure.TimedOut;
}
