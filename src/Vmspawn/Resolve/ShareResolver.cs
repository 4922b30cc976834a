using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Resolve;

/// <summary>Looks at the directories to share, and for what is to serve them.</summary>
internal sealed class ShareResolver(ShareWishes wishes, World world, List<Problem> problems, List<string> notices)
{
    public IReadOnlyList<ShareSpec> Resolve()
    {
        if (wishes.Binds.Count == 0)
            return [];
        var facts = world.Virtiofsd();
        if (facts.Best(world.Host.IsRoot) is not { } program)
        {
            problems.Add(new Problem("virtiofsd-missing", "--bind=", facts.WhyNone, "install it: apt install virtiofsd, or dnf install virtiofsd"));
            return [];
        }

        var sandbox = world.Host.IsRoot ? facts.Sandbox : VirtiofsdSandbox.None;
        if (world.Host.IsRoot && sandbox == VirtiofsdSandbox.None)
            notices.Add($"{program.Path} runs without a sandbox: we may neither make namespaces nor change the root directory");
        var server = new Virtiofsd(program.Path, program.Kind, sandbox);
        return [.. wishes.Binds.Select((bind, i) => Share(bind, i, server, program.HasReadOnly)).OfType<ShareSpec>()];
    }

    private ShareSpec? Share(BindMount bind, int index, Virtiofsd server, bool isReadOnlyKept)
    {
        var subject = $"{(bind.ReadOnly ? "--bind-ro" : "--bind")}={bind.Source}";
        var source = Path.TrimEndingDirectorySeparator(Path.GetFullPath(bind.Source));
        if (WhyNot(source) is { } reason)
        {
            problems.Add(new Problem("bind-source", subject, reason));
            return null;
        }

        if (bind.ReadOnly && !isReadOnlyKept)
        {
            problems.Add(new Problem("bind-read-only", subject, $"{server.Path} cannot keep the guest from writing", "use the virtiofsd in Rust"));
            return null;
        }

        return new ShareSpec
        {
            Index = index,
            Tag = $"mnt{index}",
            Source = source,
            Target = bind.Target ?? source,
            ReadOnly = bind.ReadOnly,
            Server = server,
        };
    }

    private static string? WhyNot(string source)
    {
        try
        {
            using var directory = OpenFile.Open(source, writable: false);
            return FileFacts.Of(directory).Kind == FileKind.Directory ? null : "this is not a directory, and only directories can be shared";
        }
        catch (LinuxException error)
        {
            return error.Errno == Errno.ENOENT ? "there is no such directory" : $"it cannot be read: {error.Text()}";
        }
    }
}
