using System.Runtime.InteropServices;
using Vmspawn.Host;
using Vmspawn.Linux;

namespace Vmspawn.Catalog;

/// <summary>A program that makes or checks a part of an image.</summary>
/// <param name="Image">The image's name, for messages.</param>
/// <param name="Program">The program's name.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Bound">The time limit, after which it is killed.</param>
internal sealed record ProgramRun(string Image, string Program, IReadOnlyList<string> Arguments, TimeSpan Bound)
{
    /// <summary>Variables of this process that programs which use the network need: proxies and certificates.</summary>
    private static readonly string[] NetworkVariables =
    [
        "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE",
    ];

    /// <summary>Its standard input; null for none.</summary>
    public SafeHandle? Input { get; init; }

    /// <summary>Open files besides the standard streams.</summary>
    public IReadOnlyList<ChildDescriptor> Descriptors { get; init; } = [];

    /// <summary>Whether it uses the network.</summary>
    public bool UsesNetwork { get; init; }

    /// <summary>Further variables.</summary>
    public IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    /// <summary>Runs it.</summary>
    /// <param name="read">Reads its standard output, to the end or until it throws, which ends the program.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>How it ended, and its messages as the end of a sentence.</returns>
    /// <exception cref="VmImageException">It is not installed, or took too long.</exception>
    /// <exception cref="IOException">It cannot be started.</exception>
    public async Task<(ChildExit Exit, string Said)> RunAsync(Func<Stream, CancellationToken, Task> read, CancellationToken cancel)
    {
        if (Executable.Find(Program) is not { } path)
            throw new VmImageException(Image, $"the program {Program} is needed, and it is not installed");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Bound);
        try
        {
            using var output = Pipe.Create();
            using var errors = Pipe.Create();
            var content = new DescriptorStream(OpenFile.Duplicate(output.ReadEnd));
            await using var closing = content.ConfigureAwait(false);
            using var said = new StderrTail(OpenFile.Duplicate(errors.ReadEnd));
            // Disposing it kills a program that still runs.
            using var child = ChildProcess.Start(new ChildSpec(path, Arguments)
            {
                StandardInput = Input,
                StandardOutput = output.WriteEnd,
                StandardError = errors.WriteEnd,
                Descriptors = Descriptors,
                Environment = Environment(),
                TakesGroupAlong = true,
            });
            output.Dispose();
            errors.Dispose();
            await read(content, limit.Token).ConfigureAwait(false);
            // A program that still writes must not wait for a reader.
            await content.DisposeAsync().ConfigureAwait(false);
            var exit = await child.Exited.WaitAsync(limit.Token).ConfigureAwait(false);
            return (exit, await StderrExcerpt.AfterAsync(said, cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new VmImageException(Image, $"{Program} did not end within {Bound.TotalMinutes:0} minutes");
        }
    }

    /// <summary>Runs it and refuses a failure.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task SucceedAsync(Func<Stream, CancellationToken, Task> read, CancellationToken cancel)
    {
        var (exit, said) = await RunAsync(read, cancel).ConfigureAwait(false);
        if (!exit.IsSuccess)
            throw new VmImageException(Image, $"{Program} {exit}{said}");
    }

    private Dictionary<string, string?> Environment()
    {
        var variables = new Dictionary<string, string?>(Variables);
        foreach (var name in UsesNetwork ? NetworkVariables : [])
        {
            if (System.Environment.GetEnvironmentVariable(name) is { } value)
                variables.TryAdd(name, value);
        }

        return variables;
    }
}
