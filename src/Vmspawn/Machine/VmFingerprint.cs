using System.Text;
using Vmspawn.Catalog;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Plan;

namespace Vmspawn;

/// <summary>What decides how a planned machine behaves, as text: keys of caches are made of it.</summary>
internal static class VmFingerprint
{
    /// <summary>The text, a line for each fact.</summary>
    /// <param name="planning">A planning with a plan.</param>
    public static string Of(VmPlanning planning)
    {
        var (options, plan, spec) = (planning.Options with { Machine = null }, planning.Require(), planning.Spec!);
        var text = new StringBuilder();
        // The version alone is the same for all builds of a working copy.
        text.Append($"vmspawn {typeof(VmFingerprint).Module.ModuleVersionId}\n");
        text.Append($"qemu {spec.Qemu.Version}\naccelerator {spec.Accelerator.Name}\nprocessor {Processor()}\n");
        text.Append($"options {string.Join(' ', OptionLine.Variables(options).Select(variable => $"{variable.Name}={ShellText.Quote(variable.Value)}"))}");
        text.Append($" {ShellText.Join(OptionLine.Arguments(options, value => Convert.ToHexStringLower(Sha256.Hash(value.Span))))}\n");
        if (!options.LinuxContent.IsEmpty)
            text.Append($"kernel {Convert.ToHexStringLower(Sha256.Hash(options.LinuxContent.Span))}\n");
        IEnumerable<string> files =
        [
            plan.Program,
            .. plan.Helpers.Select(helper => helper.Program),
            .. OptionPath.Of(options).Select(option => option.Path),
            .. plan.Descriptors.Select(descriptor => descriptor.Source).OfType<OpenedFile>().Select(file => file.Path),
        ];
        foreach (var file in files.Select(Path.GetFullPath).Distinct().Order(StringComparer.Ordinal))
            text.Append($"file {Stamp(file)}\n");
        return text.ToString();
    }

    /// <summary>A file's path with what changes when the file does.</summary>
    private static string Stamp(string path)
    {
        try
        {
            return $"{path} {new ContentStamp().AddFile(path)}";
        }
        catch (LinuxException error)
        {
            return $"{path} {error.Errno}";
        }
    }

    /// <summary>The first model that Linux names; empty on processors that it has no names for.</summary>
    private static string Processor()
    {
        try
        {
            return File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() : "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
