using Vmspawn.Linux;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The guest's journal: systemd-journal-remote(8) as a helper, which receives it.</summary>
internal static class JournalArguments
{
    /// <summary>Adds the helper after the vsock helper, so that it is stopped after the helper that forwards the guest's connections.</summary>
    public static void Add(PlanDraft draft, JournalSpec? journal, VsockPlan? vsock)
    {
        if (journal is null || vsock is null)
            return;
        var descriptors = new DescriptorTable();
        var socket = vsock.Socket is null ? null : vsock.SocketFor(journal.Port);
        var address = socket is null
            ? $"vsock:{VsockCid.Host}:{journal.Port}"
            : $"/proc/self/fd/{descriptors.Add("runtime-directory", new RuntimeDirectory())}/{socket}";
        draft.Helpers.Add(new HelperPlan
        {
            Purpose = $"the journal, to {journal.File}",
            Program = journal.Program,
            Arguments = [$"--output={journal.File}", "--split-mode=none", .. Limits(journal), $"--listen-raw={address}"],
            Descriptors = descriptors.All,
            Socket = socket,
            LeavesWithQemu = false,
        });
    }

    private static IEnumerable<string> Limits(JournalSpec journal)
    {
        var request = journal.Request;
        (string Name, long? Value)[] limits =
            [("max-use", request.MaxUse), ("keep-free", request.KeepFree), ("max-file-size", request.MaxFileSize), ("max-files", request.MaxFiles)];
        return limits.Where(limit => limit.Value is not null).Select(limit => $"--{limit.Name}={limit.Value}");
    }
}
