using System.Text;
using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Spec;

namespace Vmspawn.Launch;

/// <summary>Makes a TPM 2.0 with certificates by swtpm_setup(8), signed by an authority of its own whose keys are thrown away.</summary>
internal sealed class TpmManufacture(TpmMaker maker, string workshop)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>It takes a second or two; RSA keys take luck.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    /// <summary>What verifies the TPM's certificates, under the names that swtpm_localca(8) chooses; kept with the state.</summary>
    private static readonly string[] Certificates = [IssuerCertificate, "swtpm-localca-rootca-cert.pem"];

    private const string IssuerCertificate = "issuercert.pem";

    /// <param name="state">An empty directory that receives it.</param>
    /// <param name="place">How messages call it.</param>
    /// <exception cref="LaunchException">It could not be made.</exception>
    public void Run(string state, string place)
    {
        Directory.CreateDirectory(workshop, OwnerOnly);
        var step = $"make a TPM in {place}";
        using var errors = Pipe.Create();
        using var tail = new StderrTail(errors.ReadEnd);
        try
        {
            using var nothing = OpenFile.Open("/dev/null", writable: true);
            using var setup = ChildProcess.Start(new ChildSpec(maker.Setup, Arguments(state))
            {
                Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C.UTF-8", ["TMPDIR"] = workshop },
                StandardOutput = nothing,
                StandardError = errors.WriteEnd,
            });
            errors.WriteEnd.Dispose();
            if (!setup.Exited.Wait(Bound))
                throw new LaunchException(step, $"{maker.Setup} did not end within {Bound.TotalMinutes:0} minutes");
            var exit = setup.Exited.Result;
            if (!exit.IsSuccess)
                throw new LaunchException(step, $"{maker.Setup} {exit}{StderrExcerpt.Of(tail.Text)}");
        }
        catch (LinuxException error)
        {
            throw new LaunchException(step, error.Message, error);
        }

        foreach (var certificate in Certificates)
            File.Copy(Path.Combine(workshop, certificate), Path.Combine(state, certificate));
    }

    private string[] Arguments(string state)
    {
        var authority = Write("localca.conf", $"""
            statedir = {workshop}
            signingkey = {workshop}/signkey.pem
            issuercert = {workshop}/{IssuerCertificate}
            certserial = {workshop}/certserial
            """);
        var options = Write("localca.options", """
            --platform-manufacturer vmspawn
            --platform-version 1
            --platform-model QEMU
            """);
        var setup = Write("setup.conf", $"""
            create_certs_tool = {maker.LocalCa}
            create_certs_tool_config = {authority}
            create_certs_tool_options = {options}
            """);
        return
        [
            "--tpm2", "--tpm-state", state, "--tpm", $"/bin/sh {Write("swtpm", Wrapper())} socket", "--config", setup,
            "--create-ek-cert", "--create-platform-cert", "--lock-nvram", "--pcr-banks", "sha256",
        ];
    }

    /// <summary>
    /// swtpm_setup leaves its own ends of the sockets open in the swtpm that it starts, which therefore lives for ever when swtpm_setup
    /// is killed. Without them it sees the end and leaves.
    /// </summary>
    private string Wrapper() => $"""
        for number in 3 4 5 6 7 8 9; do
            case " $* " in
                *fd=$number[\ ,]*) ;;
                *) eval "exec $number<&-" ;;
            esac
        done
        exec '{maker.Swtpm.Replace("'", "'\\''", StringComparison.Ordinal)}' "$@" --terminate
        """;

    private string Write(string name, string text)
    {
        var path = Path.Combine(workshop, name);
        File.WriteAllText(path, text + "\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }
}
