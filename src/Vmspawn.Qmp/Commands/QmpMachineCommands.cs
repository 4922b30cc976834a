using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>A vCPU.</summary>
/// <param name="Index">Its number, from 0.</param>
/// <param name="QomPath">Its object.</param>
/// <param name="ThreadId">The host thread that runs it.</param>
/// <param name="Target">Its architecture, such as <c>x86_64</c>.</param>
public sealed record QmpCpu(int Index, string QomPath, int ThreadId, string Target)
{
    internal static QmpCpu Read(JsonElement cpu) =>
        new(cpu.Int32("cpu-index"), cpu.Text("qom-path"), cpu.Int32("thread-id"), cpu.Text("target"));
}

/// <summary>Memory and vCPUs (qapi/machine.json).</summary>
public static class QmpMachineCommands
{
    /// <summary><c>query-balloon</c>: the guest's current memory in bytes. Fails without a balloon device.</summary>
    public static Task<long> QueryBalloonAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.AskAsync("query-balloon", answer => answer.Int64("actual"), null, options, cancellationToken);

    /// <summary><c>balloon</c>: requests the guest to change its memory to this size; <c>BALLOON_CHANGE</c> reports progress.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="bytes">The target in bytes, above 0.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task BalloonAsync(
        this QmpClient client, long bytes, QmpCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        return client.ExecuteAsync("balloon", writer => writer.WriteNumber("value"u8, bytes), options, cancellationToken);
    }

    /// <summary><c>query-cpus-fast</c>: the vCPUs, without stopping them.</summary>
    public static Task<IReadOnlyList<QmpCpu>> QueryCpusFastAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.AskAsync<IReadOnlyList<QmpCpu>>(
            "query-cpus-fast", answer => ReplyFields.AsList(answer, QmpCpu.Read), null, options, cancellationToken);
}
