using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Qmp;
using Vmspawn.Varlink;

namespace Vmspawn.Cli.Control.Client;

/// <summary>Problems in the communication with a machine.</summary>
internal static class MachineErrors
{
    /// <summary>The problem for an exception, or null for a programming error.</summary>
    public static Problem? Of(string machine, Exception error) => error switch
    {
        MachineException known => known.Problem,
        VarlinkErrorException refusal => Refusal(machine, refusal),
        TimeoutException or OperationCanceledException => Silent(machine, "in time"),
        VarlinkDisconnectedException => new("machine-ended", machine, "the machine ended before it answered"),
        QmpCommandException refused => new("qmp-refused", machine, $"{refused.Command}: QEMU refuses: {refused.Description}"),
        QmpTimeoutException late => new("qmp-silent", machine, late.Message, "--timeout= allows more time"),
        QmpException failed => new("qmp-ended", machine, failed.Message),
        LinuxException failed => new("machine-socket", machine, failed.Message),
        _ => null,
    };

    /// <summary>The machine does not answer.</summary>
    public static Problem Silent(string machine, string within, int? process = null) => new(
        "machine-silent",
        machine,
        $"the machine runs{(process is { } id ? $" as process {id}" : "")}, but does not answer {within}",
        "it may be stopped or overloaded");

    /// <summary>The machine's server answers, but its QEMU does not.</summary>
    public static Problem Hung(string machine, string within) => new(
        "machine-silent", machine, $"the machine runs, but its QEMU does not answer {within}", "it may be stopped, starting or overloaded");

    /// <summary>The machine belongs to another user.</summary>
    public static Problem Foreign(string machine, uint? owner) => new(
        "machine-permission",
        machine,
        owner is { } user ? $"the machine belongs to another user (uid {user})" : "the machine belongs to another user",
        "call this as that user, or as root");

    private static Problem Refusal(string machine, VarlinkErrorException refusal)
    {
        if (Text(refusal, "reason") is { } reason)
            return new Problem("refused", machine, reason);
        var word = refusal.Name[(refusal.Name.LastIndexOf('.') + 1)..];
        return word switch
        {
            "PermissionDenied" => Foreign(machine, owner: null),
            "MethodNotFound" or "MethodNotImplemented" or "InterfaceNotFound" =>
                new("not-offered", machine, $"its server does not offer {Text(refusal, "method") ?? Text(refusal, "interface") ?? "this"}"),
            "InvalidParameter" => new("refused", machine, $"its server does not accept the parameter {Text(refusal, "parameter")}"),
            "System" => new("refused", machine, $"the system refused it: {Text(refusal, "errnoName") ?? "for a reason it does not tell"}"),
            "NotConnected" => new("refused", machine, "its connection to QEMU has ended"),
            "NotSupported" => new("refused", machine, "it cannot do that"),
            "NoSuchStorage" => new("refused", machine, "it has no disk of that id"),
            "StorageExists" => new("refused", machine, "it has a disk of that id already"),
            "StorageImmutable" => new("refused", machine, "that disk is there for as long as the machine runs"),
            "BadConfig" or "ConfigNotSupported" => new("refused", machine, "it has no disks of that type"),
            "AlreadyAcquired" => new("refused", machine, "another program has its monitor"),
            _ => new("refused", machine, $"its server refused with {refusal.Name}"),
        };
    }

    private static string? Text(VarlinkErrorException refusal, string name) => JsonFields.Text(refusal.Parameters, name);
}

/// <summary>A request to a machine failed or was refused.</summary>
internal sealed class MachineException : Exception
{
    public MachineException(Problem problem)
        : base(problem.ToString()) => Problem = problem;

    public MachineException(string code, string subject, string text, string? hint = null)
        : this(new Problem(code, subject, text, hint))
    {
    }

    /// <summary>The problem to report.</summary>
    public Problem Problem { get; }
}
