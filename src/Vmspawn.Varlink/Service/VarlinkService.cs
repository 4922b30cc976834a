namespace Vmspawn.Varlink;

/// <summary>A service's identity.</summary>
/// <param name="Vendor">The vendor.</param>
/// <param name="Product">The product.</param>
/// <param name="Version">The version.</param>
/// <param name="Url">The product's URL.</param>
public sealed record VarlinkIdentity(string Vendor, string Product, string Version, string Url);

/// <summary>The interfaces that a server offers, <c>org.varlink.service</c> included. Immutable.</summary>
public sealed class VarlinkService
{
    private readonly SortedDictionary<string, VarlinkImplementation> _implementations = new(StringComparer.Ordinal);
    private readonly VarlinkIdentity _identity;

    /// <summary>Creates a service.</summary>
    /// <exception cref="ArgumentException">A method has no handler, or an interface is given twice.</exception>
    public VarlinkService(VarlinkIdentity identity, params ReadOnlySpan<VarlinkImplementation> implementations)
    {
        ArgumentNullException.ThrowIfNull(identity);
        _identity = identity;
        Add(new VarlinkImplementation(BuiltInInterfaces.System));
        Add(new VarlinkImplementation(BuiltInInterfaces.Service)
            .On("GetInfo", GetInfo)
            .On("GetInterfaceDescription", GetInterfaceDescription));
        foreach (var implementation in implementations)
            Add(implementation);
    }

    /// <exception cref="VarlinkErrorException">There is no such interface or method.</exception>
    internal (VarlinkInterface Interface, VarlinkMethod Method, VarlinkHandler Handler) Find(string fullName)
    {
        var dot = fullName.LastIndexOf('.');
        if (dot <= 0)
            throw ServiceErrors.MethodNotFound(fullName);
        if (!_implementations.TryGetValue(fullName[..dot], out var implementation))
            throw ServiceErrors.InterfaceNotFound(fullName[..dot]);
        var name = fullName[(dot + 1)..];
        return implementation.Interface.Find<VarlinkMethod>(name) is { } method
            ? (implementation.Interface, method, implementation.Handler(name)!)
            : throw ServiceErrors.MethodNotFound(fullName);
    }

    /// <summary>The declaration of an error, or null when no interface of this service has it.</summary>
    internal (VarlinkInterface Interface, VarlinkError Error)? FindError(string fullName)
    {
        var dot = fullName.LastIndexOf('.');
        return dot > 0
            && _implementations.TryGetValue(fullName[..dot], out var implementation)
            && implementation.Interface.Find<VarlinkError>(fullName[(dot + 1)..]) is { } error
            ? (implementation.Interface, error)
            : null;
    }

    private void Add(VarlinkImplementation implementation)
    {
        implementation.CheckComplete();
        if (!_implementations.TryAdd(implementation.Interface.Name, implementation))
            throw new ArgumentException($"{implementation.Interface.Name} is there already.", nameof(implementation));
    }

    private ValueTask GetInfo(VarlinkCall call) => call.ReplyAsync(writer =>
    {
        writer.WriteString("vendor"u8, _identity.Vendor);
        writer.WriteString("product"u8, _identity.Product);
        writer.WriteString("version"u8, _identity.Version);
        writer.WriteString("url"u8, _identity.Url);
        writer.WriteStartArray("interfaces"u8);
        foreach (var name in _implementations.Keys)
            writer.WriteStringValue(name);
        writer.WriteEndArray();
    });

    private ValueTask GetInterfaceDescription(VarlinkCall call)
    {
        var name = call.Parameters.GetProperty("interface"u8).GetString()!;
        return _implementations.TryGetValue(name, out var implementation)
            ? call.ReplyAsync(writer => writer.WriteString("description"u8, implementation.Interface.ToString()))
            : throw ServiceErrors.InterfaceNotFound(name);
    }
}
