namespace Vmspawn.Varlink;

/// <summary>Introspects a service.</summary>
public static class ServiceQueries
{
    /// <summary>The names of its interfaces.</summary>
    /// <inheritdoc cref="VarlinkClient.CallAsync"/>
    public static async Task<IReadOnlyList<string>> GetInterfaceNamesAsync(
        this VarlinkClient client, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var reply = await client.CallAsync("org.varlink.service.GetInfo", cancellationToken: cancellationToken).ConfigureAwait(false);
        var names = new List<string>();
        foreach (var name in reply.Parameters.GetProperty("interfaces"u8).EnumerateArray())
            names.Add(name.GetString()!);
        return names;
    }

    /// <summary>One of its interfaces.</summary>
    /// <exception cref="VarlinkSyntaxException">The service's description cannot be parsed.</exception>
    /// <inheritdoc cref="VarlinkClient.CallAsync"/>
    public static async Task<VarlinkInterface> GetInterfaceAsync(
        this VarlinkClient client, string name, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var reply = await client.CallAsync(
            "org.varlink.service.GetInterfaceDescription",
            writer => writer.WriteString("interface"u8, name),
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return VarlinkInterface.Parse(reply.Parameters.GetProperty("description"u8).GetString()!);
    }
}
