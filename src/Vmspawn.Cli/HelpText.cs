using System.Text;
using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli;

/// <summary>The <c>--help</c> text, generated from the declared options.</summary>
internal static class HelpText
{
    private const int DescriptionColumn = 33;

    private const string Usage = """
        Boots an OS image, or a kernel, in a QEMU virtual machine with its console
        on the terminal, and returns the guest's exit status.

          vmspawn [run] [OPTION…] [KERNEL ARGUMENT…]   boot a machine
          vmspawn run IMAGE [OPTION…]                  boot an image by its name
          vmspawn plan [OPTION…] [KERNEL ARGUMENT…]    print the plan
          vmspawn demo [OPTION…]                       boot a small built-in guest
          vmspawn list, status, poweroff, reboot, restart, pause, resume, terminate,
                  attach, detach, replace, events, qmp, ssh, exec, cp, wait, console,
                  logs
                                                       running VMs; each has --help
          vmspawn image list, pull, build, rm          images with names
          vmspawn doctor                               diagnose the host

        """;

    private const string Closing = """
          vmspawn -i disk.raw --ram=4G --cpus=4 -x
          vmspawn plan -i disk.qcow2 --image-format=qcow2 --extra-drive=nvme:data.raw

        """;

    private const string Status = "The guest's, or 0: it powered off, 1: failure, 2: wrong usage.";

    /// <summary>The help in a style.</summary>
    public static string Write(TextStyle style)
    {
        var help = new StringBuilder(Usage);
        var options = OptionTable.Everything().All;
        foreach (var topic in Enum.GetValues<Topic>())
            AppendTopic(help, topic, options, style);
        Title(help, "Accepted without effect", style);
        help.Append("  ");
        WrappedText.Append(help, string.Join(' ', options.Where(option => option.HasNoEffect).Select(option => option.Name)), 2, style.Columns);
        Title(help, "Examples", style);
        help.Append(Closing);
        Title(help, "Environment", style);
        AppendVariable(help, EnvironmentRequests.QemuExtra, "More QEMU arguments, quoted as for a shell");
        AppendVariable(help, EnvironmentRequests.NetworkMac, "MAC address of the guest's first network card");
        AppendVariable(help, Running.LastCatch.TraceVariable, "1: the stack trace of an unexpected failure");
        Title(help, "Exit status", style);
        help.Append("  ");
        WrappedText.Append(help, Status, 2, style.Columns);
        return help.ToString();
    }

    private static void AppendTopic(StringBuilder help, Topic topic, IReadOnlyList<VmOption> options, TextStyle style)
    {
        var isEmpty = true;
        foreach (var option in options)
        {
            if (option.Topic != topic || option.HasNoEffect)
                continue;
            if (isEmpty)
                Title(help, topic.Title(), style);
            isEmpty = false;
            AppendOption(help, option, style);
        }
    }

    private static void AppendOption(StringBuilder help, VmOption option, TextStyle style)
    {
        var names = $"  {(option.Letter is { } letter ? $"-{letter}" : "  ")} {option.Usage}";
        help.Append(names);
        if (names.Length + 1 < DescriptionColumn)
            help.Append(' ', DescriptionColumn - names.Length);
        else
            help.Append('\n').Append(' ', DescriptionColumn);
        var description = option.Default is { } value ? $"{option.Description} [{value}]" : option.Description!;
        WrappedText.Append(help, description, DescriptionColumn, style.Columns);
    }

    private static void AppendVariable(StringBuilder help, string name, string description) =>
        help.Append($"  ${name}".PadRight(DescriptionColumn)).Append(description).Append('\n');

    private static void Title(StringBuilder help, string title, TextStyle style) => help.Append(style.Bold($"{title}:")).Append('\n');
}
