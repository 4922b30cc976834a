namespace Vmspawn.Qmp;

/// <summary>Whether the vCPUs run, and why not.</summary>
/// <param name="Running">Whether they run.</param>
/// <param name="Status">QEMU's run state: <c>running</c>, <c>paused</c>, <c>prelaunch</c>, <c>shutdown</c>… (qapi/run-state.json).</param>
public sealed record QmpStatus(bool Running, string Status);

/// <summary>Running, stopping and ending the machine (qapi/run-state.json, qapi/misc.json, qapi/machine.json).</summary>
public static class QmpRunCommands
{
    /// <summary><c>query-status</c>: the run state.</summary>
    public static Task<QmpStatus> QueryStatusAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.AskAsync(
            "query-status",
            answer => new QmpStatus(answer.Flag("running"), answer.Text("status")),
            null,
            options,
            cancellationToken);

    /// <summary><c>system_powerdown</c>: presses the ACPI power button. The guest may delay or ignore it.</summary>
    public static Task SystemPowerdownAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("system_powerdown", null, options, cancellationToken);

    /// <summary><c>system_reset</c>: resets the machine; the event <c>RESET</c> follows.</summary>
    public static Task SystemResetAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("system_reset", null, options, cancellationToken);

    /// <summary><c>stop</c>: halts the vCPUs; the event <c>STOP</c> follows if they ran.</summary>
    public static Task StopAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("stop", null, options, cancellationToken);

    /// <summary><c>cont</c>: lets the vCPUs run; the event <c>RESUME</c> follows if they did not.</summary>
    public static Task ContAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("cont", null, options, cancellationToken);

    /// <summary><c>quit</c>: ends QEMU without notice to the guest. A disconnect before the answer is success too.</summary>
    public static async Task QuitAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            await client.ExecuteAsync("quit", null, options, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpDisconnectedException gone) when (gone.End.Kind == QmpEndKind.EndOfStream)
        {
            // The disconnect means that QEMU has ended, as requested.
        }
    }
}
