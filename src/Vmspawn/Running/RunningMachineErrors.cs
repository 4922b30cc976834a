using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Qmp;
using Vmspawn.Varlink;
using static Vmspawn.RunningMachineFailure;

namespace Vmspawn;

/// <summary>Failures of the communication with a machine, as sentences.</summary>
internal static class RunningMachineErrors
{
    /// <summary>The failure for an exception, or null for one that is not about the communication.</summary>
    public static RunningMachineException? Of(string machine, Exception error) => error switch
    {
        VarlinkErrorException refusal => Refusal(machine, refusal),
        TimeoutException or OperationCanceledException => Silent(machine, "in time", cause: error),
        VarlinkDisconnectedException => Gone(machine, error),
        QmpException failed => Make(Disconnected, error, "qmp-ended", machine, failed.Message),
        LinuxException failed => Make(Disconnected, error, "machine-socket", machine, failed.Message),
        _ => null,
    };

    /// <summary>The machine does not answer.</summary>
    public static RunningMachineException Silent(string machine, string within, int? process = null, Exception? cause = null) => Make(
        NotAnswering,
        cause,
        "machine-silent",
        machine,
        $"the machine runs{(process is { } id ? $" as process {id}" : "")}, but does not answer {within}",
        "it may be stopped or overloaded");

    /// <summary>The machine has ended.</summary>
    public static RunningMachineException Gone(string machine, Exception? cause = null) =>
        Make(Ended, cause, "machine-ended", machine, "the machine ended before it answered");

    /// <summary>The machine's server answers, but its QEMU does not.</summary>
    public static RunningMachineException Hung(string machine, string within) => Make(
        NotAnswering, null, "machine-silent", machine, $"the machine runs, but its QEMU does not answer {within}", "it may be stopped, starting or overloaded");

    /// <summary>The machine belongs to another user.</summary>
    public static RunningMachineException Foreign(string machine, uint? owner) => Make(
        NotPermitted,
        null,
        "machine-permission",
        machine,
        owner is { } user ? $"the machine belongs to another user (uid {user})" : "the machine belongs to another user",
        "call this as that user, or as root");

    /// <summary>A directory of machines cannot be read.</summary>
    public static RunningMachineException Closed(string place) =>
        Make(NotPermitted, null, "place-permission", place, "this directory is another user's", "call this as root");

    /// <summary>No such machine runs.</summary>
    public static RunningMachineException Missing(string machine, string running) =>
        Make(NotRunning, null, "machine-missing", machine, "no VM of this name is running", running);

    /// <summary>The machine was to be started again.</summary>
    public static RunningMachineException NotRestarted(string machine, string why) =>
        Make(Refused, null, "restart", machine, $"it has not been started again: {why}");

    /// <summary>The machine's server lacks something.</summary>
    public static RunningMachineException Lacks(string machine, string server, string what) =>
        Make(NotOffered, null, "not-offered", machine, $"its server, {server}, {what}");

    /// <summary>The guest holds a disk.</summary>
    public static RunningMachineException Held(string machine, string disk) =>
        Make(NotReleased, null, "detach-pending", machine, $"the guest has not released {disk} yet");

    /// <summary>A file or a volume cannot be a disk.</summary>
    public static RunningMachineException Unusable(string code, string path, string reason, string? hint = null, Exception? cause = null) =>
        Make(BadFile, cause, code, path, reason, hint);

    /// <summary>The machine's server has ended a subscription.</summary>
    public static RunningMachineException Dropped(string machine) =>
        Make(EventsLost, null, "events-dropped", machine, "the machine runs on, but it has ended this subscription", "were the events not read?");

    private static RunningMachineException Refusal(string machine, VarlinkErrorException refusal)
    {
        var word = refusal.Name[(refusal.Name.LastIndexOf('.') + 1)..];
        if (word == "PermissionDenied")
            return Foreign(machine, owner: null);
        if (word is "MethodNotFound" or "MethodNotImplemented" or "InterfaceNotFound")
        {
            var what = Text(refusal, "method") ?? Text(refusal, "interface") ?? "this";
            return Make(NotOffered, refusal, "not-offered", machine, $"its server does not offer {what}");
        }

        return new RunningMachineException(Refused, new Problem("refused", machine, Text(refusal, "reason") ?? Words(word, refusal)), refusal)
        {
            Refusal = Enum.TryParse<VmControlFailure>(word, out var known) ? known : null,
        };
    }

    private static string Words(string word, VarlinkErrorException refusal) => word switch
    {
        "InvalidParameter" => $"its server does not accept the parameter {Text(refusal, "parameter")}",
        "System" => $"the system refused it: {Text(refusal, "errnoName") ?? "for a reason it does not tell"}",
        "NotConnected" => "its connection to QEMU has ended",
        "NotSupported" => "it cannot do that",
        "NoSuchStorage" => "it has no disk of that id",
        "StorageExists" => "it has a disk of that id already",
        "StorageImmutable" => "that disk is there for as long as the machine runs",
        "BadConfig" or "ConfigNotSupported" => "it has no disks of that type",
        "AlreadyAcquired" => "another program has its monitor",
        _ => $"its server refused with {refusal.Name}",
    };

    private static RunningMachineException Make(RunningMachineFailure failure, Exception? cause, string code, string subject, string text, string? hint = null) =>
        new(failure, new Problem(code, subject, text, hint), cause);

    private static string? Text(VarlinkErrorException refusal, string name) => JsonFields.Text(refusal.Parameters, name);
}
