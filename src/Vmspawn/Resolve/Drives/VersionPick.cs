using System.Runtime.InteropServices;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Versions;

namespace Vmspawn.Resolve;

/// <summary>Replaces a versioned directory by its newest version, for <c>-i</c> or <c>-D</c> names.</summary>
internal static class VersionPick
{
    /// <summary>The options with the path of the version; without a path, and with a problem, when there is none.</summary>
    public static VmOptions Apply(VmOptions options, Architecture guest, List<Problem> problems)
    {
        if (Of(options) is not { } versions)
            return options;
        return options.Image is { } image
            ? options with { Image = Pick($"--image={image}", "image", versions, File.Exists, guest, problems) }
            : options with { Directory = Pick($"--directory={options.Directory}", "directory", versions, Directory.Exists, guest, problems) };
    }

    /// <summary>What <c>-i</c> or <c>-D</c> names, without the part that selects a version: a machine has the same name with every version.</summary>
    public static string? Unversioned(VmOptions options) =>
        Of(options) is { } versions ? Path.Combine(versions.Path, versions.Name) : options.Image ?? options.Directory;

    private static VersionedDirectory? Of(VmOptions options)
    {
        // A template's child is created at the path of -i.
        if (options.Template is not null || (options.Image ?? options.Directory) is not { } path)
            return null;
        var suffix = options.Image is null ? "" : options.ImageFormat == ImageFormat.Qcow2 ? ".qcow2" : ".raw";
        // A file with such a name is not a versioned directory.
        return VersionedDirectory.Of(path, suffix) is { } versions && Directory.Exists(versions.Path) ? versions : null;
    }

    private static string? Pick(
        string subject, string kind, VersionedDirectory versions, Func<string, bool> exists, Architecture guest, List<Problem> problems)
    {
        var reason = $"it holds no {kind} for {OptionWords.Of(guest)}";
        try
        {
            var names = Directory.EnumerateFileSystemEntries(versions.Path).Where(exists).Select(path => Path.GetFileName(path));
            if (versions.Newest(names, guest) is { } newest)
                return Path.Combine(versions.Path, newest);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            reason = $"it cannot be read: {FailureReason.Of(error)}";
        }

        problems.Add(new Problem("no-version", subject, reason, $"each is called {versions.Name}_VERSION{versions.Suffix}, see systemd.v(7)"));
        return null;
    }
}
