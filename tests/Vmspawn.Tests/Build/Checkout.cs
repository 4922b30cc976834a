using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vmspawn.Tests.Build;

/// <summary>A copy of some files of the repository, and programs that run in it.</summary>
internal sealed class Checkout : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    private readonly TemporaryDirectory _directory = new();

    public Checkout(string below, params IEnumerable<string> files)
    {
        Root = Directory.CreateDirectory(Path.Combine(_directory.Path, below)).FullName;
        foreach (var file in files)
        {
            var copy = Path.Combine(Root, file);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(Path.Combine(Repository(), file), copy);
        }
    }

    /// <summary>The installation of .NET that runs this test.</summary>
    public static string Sdk { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    public string Root { get; }

    /// <summary>A folder beside the copy.</summary>
    public string Beside(string name) => Directory.CreateDirectory(_directory[name]).FullName;

    /// <summary>Runs a program in the copy to its end.</summary>
    public async Task<(int Status, string Output, string Error)> Run(IReadOnlyDictionary<string, string?> environment, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var bound = new CancellationTokenSource(Bound);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            var error = process.StandardError.ReadToEndAsync(bound.Token);
            var output = await process.StandardOutput.ReadToEndAsync(bound.Token);
            await process.WaitForExitAsync(bound.Token);
            return (process.ExitCode, output, await error);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end within {Bound.TotalSeconds} s", late);
        }
    }

    public void Dispose() => _directory.Dispose();

    private static string Repository([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
