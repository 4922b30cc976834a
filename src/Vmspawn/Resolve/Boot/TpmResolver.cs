using Vmspawn.Firmware;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;
using Vmspawn.Tpm;

namespace Vmspawn.Resolve;

/// <summary>Determines whether there is a TPM, the programs that create it, and the place of its state.</summary>
internal sealed class TpmResolver(VmOptions options, HostInventory inventory, List<Problem> problems, List<string> notices)
{
    /// <summary>QEMU's device on the platform: boards without an ISA bus have only the first (QEMU docs/specs/tpm.rst).</summary>
    private static readonly string[] Drivers = ["tpm-tis-device", "tpm-tis"];

    public TpmSpec? Resolve(string machine)
    {
        if (options.Tpm == Tristate.No)
            return null;
        if (options.Tpm == Tristate.Auto && options.QemuExtra.Contains("-tpmdev"))
            return null;
        if (Array.Find(Drivers, inventory.Qemu.HasDriver) is not { } driver)
            return Missing("this QEMU has no TPM device", "install a QEMU with TPM support");
        if (inventory.FindProgram("swtpm") is not { } swtpm)
            return Missing("swtpm is not installed", "install it (Debian: swtpm, swtpm-tools)");

        if (KeptIn() is not { } kept)
            return new TpmSpec(swtpm, driver, Path.Combine(inventory.Host.Runtime.Path, machine, "tpm"), null);
        if (!IsUsable(kept, out var isNew))
            return null;
        if (inventory.FindProgram("swtpm_setup") is { } setup && inventory.FindProgram("swtpm_localca") is { } localCa)
        {
            if (isNew)
                notices.Add($"making a TPM, to be kept in {kept}");
            return new TpmSpec(swtpm, driver, kept, new TpmMaker(swtpm, setup, localCa)) { IsKept = true };
        }

        return isNew
            ? Missing("swtpm_setup is not installed, which makes a new TPM", "install it (Debian: swtpm-tools), or use --tpm-state=off")
            : new TpmSpec(swtpm, driver, kept, null) { IsKept = true };
    }

    /// <summary>The persistent directory, or null.</summary>
    private string? KeptIn()
    {
        if (!options.TpmState.IsKept)
            return null;
        if (options.TpmState.Path is { } named)
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(named));
        return (options.Image ?? options.Directory) is { } source && !options.Ephemeral
            ? Beside(Path.TrimEndingDirectorySeparator(Path.GetFullPath(source)))
            : null;
    }

    private string? Beside(string image)
    {
        var path = $"{image}.tpmstate";
        string? why = null;
        if (image.StartsWith("/dev/", StringComparison.Ordinal))
            why = "there is no place for it beside a device";
        else if (image == "/")
            why = "nothing is beside the root directory";
        else if (path.Contains(',', StringComparison.Ordinal))
            why = "swtpm takes no path with a comma";
        // A persistent TPM at this path was not requested.
        else if (options.Tpm == Tristate.Auto && !Path.Exists(path) && NvramFacts.WhyNoFileIn(Path.GetDirectoryName(path)!) is { } reason)
            why = $"its state cannot be made: {reason}";
        if (why is null)
            return path;
        notices.Add($"the TPM is forgotten with the VM: {why} (keep it with --tpm-state=PATH)");
        return null;
    }

    private bool IsUsable(string path, out bool isNew)
    {
        isNew = false;
        var subject = options.TpmState.Path is null ? path : $"--tpm-state={options.TpmState.Path}";
        try
        {
            var facts = TpmStateFiles.Look(path);
            isNew = facts == TpmStateFacts.Absent;
            if (path.Contains(',', StringComparison.Ordinal))
                Refuse(subject, "swtpm takes no path with a comma", "name another place with --tpm-state=");
            else if (facts == TpmStateFacts.Foreign)
                Refuse(subject, Directory.Exists(path) ? "this directory holds other things than a TPM 2.0" : "this is not a directory", "name another place with --tpm-state=");
            else if (isNew && !Directory.Exists(Path.GetDirectoryName(path)))
                Refuse(subject, $"there is no directory {Path.GetDirectoryName(path)}", "make it first");
            else
                return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Refuse(subject, $"cannot be read: {FailureReason.Of(error)}", "name another place with --tpm-state=, or use --tpm=no");
        }

        return false;
    }

    private void Refuse(string subject, string text, string hint) => problems.Add(new Problem("tpm-state", subject, text, hint));

    /// <summary>No problem unless the user requested it.</summary>
    private TpmSpec? Missing(string text, string hint)
    {
        if (options.Tpm == Tristate.Yes)
            problems.Add(new Problem("tpm-missing", "--tpm=yes", text, hint));
        return null;
    }
}
