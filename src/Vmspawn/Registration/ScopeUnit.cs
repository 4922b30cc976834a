using Vmspawn.Host;
using Vmspawn.Linux;
using Vmspawn.Options;
using Vmspawn.Spec;

namespace Vmspawn.Registration;

/// <summary>A systemd scope unit that contains a machine's processes, and whose controller is asked to stop it.</summary>
internal sealed class ScopeUnit
{
    private const string Systemd = "org.freedesktop.systemd1";
    private const string Manager = "org.freedesktop.systemd1.Manager";
    private const string DefaultSlice = "machine.slice";

    /// <summary>Its name for a machine, the same as machined's.</summary>
    public static string NameFor(string machine) => $"machine-{machine.Replace("-", "\\x2d", StringComparison.Ordinal)}.scope";

    /// <summary>Whether a signal requests the scope's controller to stop it.</summary>
    public static bool IsRequestStop(BusSignal signal) => signal is { Interface: "org.freedesktop.systemd1.Scope", Member: "RequestStop" };

    /// <summary>Creates the unit and moves processes into it; systemd removes it when they have exited.</summary>
    /// <param name="bus">The bus of its manager, before signals are handled.</param>
    /// <param name="machine">The machine's name.</param>
    /// <param name="slice">Its slice, or null for the default.</param>
    /// <param name="properties">The properties that it is started with.</param>
    /// <param name="processes">Process ids.</param>
    /// <param name="cancel">Cancels it.</param>
    /// <exception cref="BusException">systemd refuses.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static async Task AllocateAsync(
        BusConnection bus, string machine, string? slice, IReadOnlyList<TypedProperty> properties, IReadOnlyList<int> processes,
        CancellationToken cancel)
    {
        var name = NameFor(machine);
        bus.Match($"type='signal',sender='{Systemd}',interface='{Manager}',member='JobRemoved'", HostBus.Bound, cancel);
        string job;
        using (var reply = bus.Call(
            Systemd, "/org/freedesktop/systemd1", Manager, "StartTransientUnit",
            call => call.String(name).String("fail")
                .Array("(sv)", all => WriteProperties(all, bus, machine, slice, properties, processes))
                .Array("(sa(sv))", _ => { }),
            HostBus.Bound,
            cancel))
            job = reply.ReadString();
        var result = await WaitForJobAsync(bus, job, cancel).ConfigureAwait(false);
        if (result != "done")
            throw new BusException("job", $"the job that starts {name} ended with \"{result}\"");
    }

    private static void WriteProperties(
        BusArguments all, BusConnection bus, string machine, string? slice, IReadOnlyList<TypedProperty> properties, IReadOnlyList<int> processes)
    {
        Write(all, "Description", "s", value => value.String($"Virtual Machine {machine}"));
        Write(all, "Slice", "s", value => value.String(slice ?? DefaultSlice));
        Write(all, "CollectMode", "s", value => value.String("inactive-or-failed"));
        Write(all, "AddRef", "b", value => value.Bool(true));
        Write(all, "Delegate", "b", value => value.Bool(true));
        Write(all, "Controller", "s", value => value.String(bus.UniqueName));
        Write(all, "PIDs", "au", value => value.Array("u", list =>
        {
            foreach (var process in processes)
                list.UInt32((uint)process);
        }));
        foreach (var property in properties)
            Write(all, property);
    }

    private static void Write(BusArguments all, TypedProperty property)
    {
        switch (property.Value)
        {
            case UnitString text:
                Write(all, property.Name, "s", value => value.String(text.Text));
                break;
            case UnitWords words:
                Write(all, property.Name, "as", value => value.Array("s", list =>
                {
                    foreach (var word in words.Words)
                        list.String(word);
                }));
                break;
            case UnitSwitch flag:
                Write(all, property.Name, "b", value => value.Bool(flag.IsOn));
                break;
            case UnitTime time:
                Write(all, property.Name, "t", value => value.UInt64(time.Microseconds));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(property), property.Value, null);
        }
    }

    private static void Write(BusArguments all, string name, string type, Action<BusArguments> value) =>
        all.Struct("sv", pair => pair.String(name).Variant(type, value));

    private static async Task<string> WaitForJobAsync(BusConnection bus, string job, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        enough.CancelAfter(HostBus.Bound);
        string? result = null;
        try
        {
            while (true)
            {
                bus.Dispatch(signal =>
                {
                    if (signal is not { Interface: Manager, Member: "JobRemoved" })
                        return;
                    _ = signal.Values.ReadUInt32();
                    if (signal.Values.ReadString() != job)
                        return;
                    _ = signal.Values.ReadString();
                    result = signal.Values.ReadString();
                });
                if (result is not null)
                    return result;
                await bus.WaitAsync(enough.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new BusException("job", $"systemd did not end the job {job} within {HostBus.Bound.TotalSeconds:0} s");
        }
    }
}

/// <summary>Sets properties of a running unit by <c>systemctl set-property</c>.</summary>
internal static class UnitSettings
{
    /// <summary>Sets them, until the unit ends.</summary>
    /// <param name="systemctl">Path of the program.</param>
    /// <param name="isUser">Whether the unit belongs to the user manager.</param>
    /// <param name="unit">Its name.</param>
    /// <param name="properties">The properties to set.</param>
    /// <param name="cancel">Cancels it.</param>
    /// <returns>Null, or the program's error message.</returns>
    public static async Task<string?> SetAsync(string systemctl, bool isUser, string unit, IEnumerable<UnitProperty> properties, CancellationToken cancel)
    {
        string[] arguments =
        [
            isUser ? "--user" : "--system", "set-property", "--runtime", "--no-ask-password", "--", unit,
            .. properties.Select(property => $"{property.Name}={property.Value}"),
        ];
        var run = await ChildRun.Run(systemctl, arguments, HostBus.Bound, cancel).ConfigureAwait(false);
        if (run.ExitCode == 0)
            return null;
        var said = run.Error.Trim().ReplaceLineEndings("; ");
        return said.Length > 0 ? said : $"{systemctl} ended with status {run.ExitCode}";
    }
}
