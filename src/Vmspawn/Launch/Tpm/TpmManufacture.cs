using System.Text;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Spec;
using Vmspawn.Tpm;

namespace Vmspawn.Launch;

/// <summary>Creates a TPM 2.0 with certificates by swtpm_setup(8), signed by an authority of its own whose keys are deleted.</summary>
/// <param name="maker">The programs.</param>
/// <param name="memory">A private directory, in memory if possible, for the authority's keys while they are needed.</param>
internal sealed class TpmManufacture(TpmMaker maker, string memory)
{
    /// <summary>The free space required: more than keys, certificates and configuration need.</summary>
    private const ulong Room = 1 << 20;

    /// <summary>A shell's exit status for a program that SIGTERM ended, as swtpm_setup ends swtpm.</summary>
    private const int TerminatedStatus = 128 + 15;

    /// <summary>The time limit; it normally takes a second or two, but the time to find RSA keys varies.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    /// <param name="state">An empty directory for the state.</param>
    /// <param name="place">Its name in messages.</param>
    /// <param name="cancel">Cancels it, with all processes that it has started.</param>
    /// <exception cref="LaunchException">It could not be created.</exception>
    public async Task RunAsync(string state, string place, CancellationToken cancel)
    {
        var step = $"make a TPM in {place}";
        try
        {
            using var scratch = Draft.CreateDirectory(HasRoom(memory) ? memory : Path.GetTempPath());
            await SetUpAsync(scratch.Path, state, step, cancel).ConfigureAwait(false);
            foreach (var certificate in TpmStateFiles.Certificates)
                File.Copy(Path.Combine(scratch.Path, certificate), Path.Combine(state, certificate));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException(step, FailureReason.Of(error), error);
        }
    }

    private static bool HasRoom(string place)
    {
        using var directory = OpenFile.Open(place, writable: false);
        return FileSystemFacts.Of(directory).AvailableBytes >= Room;
    }

    // swtpm_setup starts swtpm as a grandchild, whose exit cannot be awaited, so the process group is used.
    private async Task SetUpAsync(string scratch, string state, string step, CancellationToken cancel)
    {
        var environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8", ["TMPDIR"] = scratch };
        var setup = ChildGroup.Start(maker.Setup, Arguments(scratch, state), environment);
        await using var setupDisposal = setup.ConfigureAwait(false);
        try
        {
            var exit = await setup.Exited.WaitAsync(Bound, cancel).ConfigureAwait(false);
            if (!exit.IsSuccess)
                throw new LaunchException(step, $"{maker.Setup} {exit}{await setup.EndAsync().ConfigureAwait(false)}");
        }
        catch (TimeoutException)
        {
            throw new LaunchException(step, $"{maker.Setup} did not end within {Bound.TotalMinutes:0} minutes{await setup.EndAsync().ConfigureAwait(false)}");
        }
    }

    private string[] Arguments(string scratch, string state)
    {
        var authority = Write(scratch, "localca.conf", $"""
            statedir = {scratch}
            signingkey = {scratch}/signkey.pem
            issuercert = {scratch}/{TpmStateFiles.IssuerCertificate}
            certserial = {scratch}/certserial
            """);
        var options = Write(scratch, "localca.options", """
            --platform-manufacturer vmspawn
            --platform-version 1
            --platform-model QEMU
            """);
        var setup = Write(scratch, "setup.conf", $"""
            create_certs_tool = {maker.LocalCa}
            create_certs_tool_config = {authority}
            create_certs_tool_options = {options}
            """);
        return
        [
            "--tpm2", "--tpm-state", state, "--tpm", $"/bin/sh {Write(scratch, "swtpm", Wrapper())} socket", "--config", setup,
            "--create-ek-cert", "--create-platform-cert", "--lock-nvram", "--pcr-banks", "sha256",
        ];
    }

    /// <summary>
    /// swtpm_setup splits swtpm's command line at blanks, so the path must contain none, and it waits for the answer of an swtpm that has
    /// been killed: the group ends with it.
    /// </summary>
    private string Wrapper() => $"""
        {ShellText.Quote(maker.Swtpm)} "$@" --terminate
        status=$?
        [ $status -lt 128 ] || [ $status -eq {TerminatedStatus} ] || kill -s KILL 0
        exit $status
        """;

    private static string Write(string scratch, string name, string text)
    {
        var path = Path.Combine(scratch, name);
        File.WriteAllText(path, text + "\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }
}
