using System.Text;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The kernel with its command line, and the SMBIOS strings that carry settings and secrets into the guest.</summary>
internal static class BootArguments
{
    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        var commandLine = KernelCommandLine.For(spec);
        if (spec.Kernel is { } kernel)
        {
            draft.Add("-kernel", kernel.Path ?? draft.InheritedPath("kernel", new MemoryBytes(kernel.Content)));
            if (kernel.Initrds.Count > 0)
                draft.Add("-initrd", Initrd(draft, kernel.Initrds));
            if (commandLine.Length > 0 && !kernel.IsUki)
                draft.Add("-append", commandLine);
        }

        if (commandLine.Length > 0 && spec.Kernel is null or { IsUki: true })
        {
            // Read by systemd-stub(7) and systemd-boot(7).
            AddString(draft, $"io.systemd.stub.kernel-cmdline-extra={commandLine}");
            AddString(draft, $"io.systemd.boot.kernel-cmdline-extra={commandLine}");
        }

        foreach (var text in spec.Smbios11)
            AddString(draft, text);
        foreach (var credential in spec.Credentials)
            AddCredential(draft, credential);
    }

    private static string Initrd(PlanDraft draft, IReadOnlyList<string> paths) =>
        paths.Count == 1 ? paths[0] : draft.InheritedPath("initrd", new JoinedFiles(paths));

    private static void AddString(PlanDraft draft, string text) =>
        draft.Add("-smbios", OptionText.Pairs().With("type", 11).With("value", text));

    /// <summary>By an inherited file: a process list shows arguments to everybody.</summary>
    private static void AddCredential(PlanDraft draft, CredentialSpec credential)
    {
        var text = $"io.systemd.credential.binary:{credential.Id}={Convert.ToBase64String(credential.Value.Span)}";
        var path = draft.InheritedPath($"credential-{credential.Id}", new MemoryBytes(Encoding.UTF8.GetBytes(text)));
        draft.Add("-smbios", OptionText.Pairs().With("type", 11).With("path", path));
    }
}
