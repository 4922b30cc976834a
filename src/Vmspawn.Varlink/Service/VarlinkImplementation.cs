namespace Vmspawn.Varlink;

/// <summary>
/// Answers a call: with one reply, with several when the caller requests more, with an upgrade, or by throwing
/// <see cref="VarlinkErrorException"/>. Calls of one connection are made one after the other.
/// </summary>
public delegate ValueTask VarlinkHandler(VarlinkCall call);

/// <summary>An interface and the handlers of its methods.</summary>
public sealed class VarlinkImplementation
{
    private readonly Dictionary<string, VarlinkHandler> _handlers = new(StringComparer.Ordinal);

    /// <summary>Creates an implementation without handlers.</summary>
    public VarlinkImplementation(VarlinkInterface face)
    {
        ArgumentNullException.ThrowIfNull(face);
        Interface = face;
    }

    /// <summary>The interface; its description for clients is generated from it.</summary>
    public VarlinkInterface Interface { get; }

    /// <summary>Adds the handler of a method.</summary>
    /// <param name="method">Its name in the interface.</param>
    /// <param name="handler">The handler.</param>
    /// <returns>This.</returns>
    /// <exception cref="ArgumentException">The interface has no such method, or it has a handler already.</exception>
    public VarlinkImplementation On(string method, VarlinkHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        if (Interface.Find<VarlinkMethod>(method) is null)
            throw new ArgumentException($"{Interface.Name} has no method '{method}'.", nameof(method));
        return _handlers.TryAdd(method, handler)
            ? this
            : throw new ArgumentException($"{Interface.Name}.{method} has a handler already.", nameof(method));
    }

    internal VarlinkHandler? Handler(string method) => _handlers.GetValueOrDefault(method);

    internal void CheckComplete()
    {
        foreach (var method in Interface.Methods)
        {
            if (!_handlers.ContainsKey(method.Name))
                throw new ArgumentException($"{Interface.Name}.{method.Name} is described, but nothing answers it.");
        }
    }
}
