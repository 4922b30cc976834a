using System.Runtime.InteropServices;
using System.Text.Json;

namespace Vmspawn.Qmp;

/// <summary>A set of descriptors that QEMU opens as <c>/dev/fdset/Id</c>.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Descriptors">Its descriptors.</param>
public sealed record QmpFdset(long Id, IReadOnlyList<QmpFdsetDescriptor> Descriptors)
{
    internal static QmpFdset Read(JsonElement set) =>
        new(set.Int64("fdset-id"), set.ListOrEmpty("fds", QmpFdsetDescriptor.Read));
}

/// <summary>One descriptor of a set.</summary>
/// <param name="Number">Its number in QEMU.</param>
/// <param name="Opaque">The text it was added with, or null.</param>
public sealed record QmpFdsetDescriptor(long Number, string? Opaque)
{
    internal static QmpFdsetDescriptor Read(JsonElement descriptor) =>
        new(descriptor.Int64("fd"), descriptor.TextOrNull("opaque"));
}

/// <summary>The set and number of an added descriptor.</summary>
/// <param name="FdsetId">The set: open <c>/dev/fdset/</c> with this number.</param>
/// <param name="Number">The descriptor's number in QEMU.</param>
public sealed record QmpAddedDescriptor(long FdsetId, long Number)
{
    /// <summary>The name by which QEMU's block drivers open the set.</summary>
    public string Path => $"/dev/fdset/{FdsetId}";
}

/// <summary>Passes open files to QEMU (qapi/misc.json, qapi/add-fd). The caller closes its own descriptors.</summary>
public static class QmpDescriptorCommands
{
    /// <summary><c>add-fd</c>: adds a descriptor to a set. A set that is unused when the monitor disconnects is closed.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="descriptor">The open file; QEMU gets a copy.</param>
    /// <param name="fdsetId">An existing or new set's number, 0 or more; null makes a new one.</param>
    /// <param name="opaque">A text to identify it in <c>query-fdsets</c>.</param>
    /// <param name="options">Time limit and the like; its descriptors are not used.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task<QmpAddedDescriptor> AddFdAsync(
        this QmpClient client,
        SafeHandle descriptor,
        long? fdsetId = null,
        string? opaque = null,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        return client.AskAsync(
            "add-fd",
            answer => new QmpAddedDescriptor(answer.Int64("fdset-id"), answer.Int64("fd")),
            Write,
            With(descriptor, options),
            cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            if (fdsetId is not null)
                writer.WriteNumber("fdset-id"u8, fdsetId.Value);
            writer.WriteOptional("opaque", opaque);
        }
    }

    /// <summary><c>remove-fd</c>: removes descriptors from a set; those in use are closed when their last user closes them.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="fdsetId">The set.</param>
    /// <param name="number">The descriptor's number in QEMU; null removes all of the set.</param>
    /// <param name="options">Time limit and other settings.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task RemoveFdAsync(
        this QmpClient client,
        long fdsetId,
        long? number = null,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        return client.ExecuteAsync("remove-fd", Write, options, cancellationToken);

        void Write(Utf8JsonWriter writer)
        {
            writer.WriteNumber("fdset-id"u8, fdsetId);
            if (number is not null)
                writer.WriteNumber("fd"u8, number.Value);
        }
    }

    /// <summary><c>query-fdsets</c>: the sets and their descriptors.</summary>
    public static Task<IReadOnlyList<QmpFdset>> QueryFdsetsAsync(
        this QmpClient client, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.AskAsync<IReadOnlyList<QmpFdset>>(
            "query-fdsets", answer => ReplyFields.AsList(answer, QmpFdset.Read), null, options, cancellationToken);

    /// <summary><c>getfd</c>: adds a named descriptor to this monitor, for commands that take a named one.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="name">The name; must not begin with a digit. An existing one is replaced.</param>
    /// <param name="descriptor">The open file; QEMU gets a copy.</param>
    /// <param name="options">Time limit and the like; its descriptors are not used.</param>
    /// <param name="cancellationToken">Abandons the call.</param>
    public static Task GetfdAsync(
        this QmpClient client,
        string name,
        SafeHandle descriptor,
        QmpCallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(
            "getfd", writer => writer.WriteString("fdname"u8, name), With(descriptor, options), cancellationToken);

    /// <summary><c>closefd</c>: closes a descriptor that was named by <c>getfd</c>.</summary>
    public static Task ClosefdAsync(
        this QmpClient client, string name, QmpCallOptions? options = null, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync("closefd", writer => writer.WriteString("fdname"u8, name), options, cancellationToken);

    private static QmpCallOptions With(SafeHandle descriptor, QmpCallOptions? options)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return (options ?? new QmpCallOptions()) with { Descriptors = [descriptor] };
    }
}
