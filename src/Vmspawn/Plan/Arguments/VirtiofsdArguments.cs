using Vmspawn.Spec;

namespace Vmspawn.Plan.Arguments;

/// <summary>virtiofsd for one share. It takes a listening socket only, of which it accepts one connection.</summary>
internal static class VirtiofsdArguments
{
    public static HelperPlan For(ShareSpec share, Virtiofsd virtiofsd)
    {
        var descriptors = new DescriptorTable();
        var listener = descriptors.Add(share.Id, new ListeningEnd(share.Id));
        return new HelperPlan
        {
            Purpose = $"{share.Source} for the guest",
            Program = virtiofsd.Path,
            Arguments = virtiofsd.Kind == VirtiofsdKind.Rust ? Rust(share, virtiofsd, listener) : C(share, virtiofsd, listener),
            Descriptors = descriptors.All,
        };
    }

    // QEMU cannot be told of mounts below the directory, so they are not announced either.
    private static List<string> Rust(ShareSpec share, Virtiofsd virtiofsd, int listener)
    {
        List<string> words =
        [
            $"--fd={listener}", $"--shared-dir={share.Source}", $"--sandbox={Word(virtiofsd.Sandbox)}",
            "--xattr", "--no-announce-submounts", "--log-level=error",
        ];
        if (share.ReadOnly)
            words.Add("--readonly");
        return words;
    }

    private static List<string> C(ShareSpec share, Virtiofsd virtiofsd, int listener) =>
    [
        $"--fd={listener}", "-f", "-o", $"source={Escape(share.Source)}", "-o", $"sandbox={Word(virtiofsd.Sandbox)},xattr,log_level=err",
    ];

    /// <summary>As libfuse's lists of options want it (fuse_opt.c).</summary>
    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal);

    private static string Word(VirtiofsdSandbox sandbox) => sandbox switch
    {
        VirtiofsdSandbox.Namespace => "namespace",
        VirtiofsdSandbox.Chroot => "chroot",
        _ => "none",
    };
}
