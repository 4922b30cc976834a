using System.Text;
using Vmspawn.Qemu.Arguments;
using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>The kernel with its command line, and the SMBIOS strings that pass settings and secrets to the guest.</summary>
internal static class BootArguments
{
    public static void Add(PlanDraft draft, MachineSpec spec)
    {
        var commandLine = KernelCommandLine.For(spec);
        // Without trusted SMBIOS strings a unified kernel gets its arguments from -append.
        var hasStrings = spec.Confidential is not { Technique.MeasuresSmbios: false };
        var credentials = CredentialPlacement.For(spec);
        if (spec.Kernel is { } kernel)
        {
            draft.Add("-kernel", kernel.Tree is null && kernel.Path is { } path ? path : draft.InheritedPath("kernel", Kernel(kernel)));
            var tail = CredentialArchive.Of([.. credentials.By(CredentialTransport.Initrd)]);
            if (kernel.Initrds.Count > 0 || kernel.Entry is { Initrds.Count: > 0 })
                draft.Add("-initrd", Initrd(draft, kernel, tail));
            else if (tail.Length > 0)
                draft.Add("-initrd", draft.InheritedPath("initrd", new MemoryBytes(tail)));
            if (commandLine.Length > 0 && !(kernel.IsUki && hasStrings))
                draft.Add("-append", commandLine);
        }

        if (commandLine.Length > 0 && hasStrings && spec.Kernel is null or { IsUki: true })
        {
            // Read by systemd-stub(7) and systemd-boot(7).
            AddString(draft, $"io.systemd.stub.kernel-cmdline-extra={commandLine}");
            AddString(draft, $"io.systemd.boot.kernel-cmdline-extra={commandLine}");
        }

        foreach (var text in spec.Smbios11)
            AddString(draft, text);
        foreach (var credential in credentials.By(CredentialTransport.Smbios))
            draft.Add("-smbios", OptionText.Pairs().With("type", 11).With("path", Secret(draft, credential, Encoding.UTF8.GetBytes(CredentialPlacement.SmbiosText(credential)))));
        if (credentials.FwCfgSlots is { } slots)
            draft.Add("-global", OptionText.Pairs().With("driver", "fw_cfg").With("property", "x-file-slots").With("value", slots));
        foreach (var credential in credentials.By(CredentialTransport.FwCfg))
            draft.Add("-fw_cfg", OptionText.Pairs().With("name", CredentialPlacement.FwCfgKey(credential)).With("file", Secret(draft, credential, credential.Value)));
    }

    private static DescriptorSource Kernel(KernelSpec kernel) => kernel switch
    {
        { Entry: { } entry } => new FilesInImage(entry.Place, entry.Image, [entry.Kernel]),
        { Tree: { } tree } => new FileInTree(tree, kernel.Path!),
        _ => new MemoryBytes(kernel.Content),
    };

    private static string Initrd(PlanDraft draft, KernelSpec kernel, ReadOnlyMemory<byte> tail)
    {
        if (kernel.Entry is { } entry)
            return draft.InheritedPath("initrd", new FilesInImage(entry.Place, entry.Image, entry.Initrds) { Tail = tail });
        if (kernel.Initrds is not [var only] || tail.Length > 0)
            return draft.InheritedPath("initrd", new JoinedFiles(kernel.InitrdPlace!, kernel.Initrds, kernel.Tree) { Tail = tail });
        return kernel.Tree is { } tree ? draft.InheritedPath("initrd", new FileInTree(tree, only)) : only;
    }

    private static void AddString(PlanDraft draft, string text) =>
        draft.Add("-smbios", OptionText.Pairs().With("type", 11).With("value", text));

    /// <summary>The path of an inherited file, because every user can read a process's arguments.</summary>
    private static string Secret(PlanDraft draft, CredentialSpec credential, ReadOnlyMemory<byte> content) =>
        draft.InheritedPath($"credential-{credential.Id}", new MemoryBytes(content));
}
