using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Vmspawn.Linux;

/// <summary>
/// A connection to D-Bus through libsystemd, which is loaded when the first connection is opened and is not needed
/// otherwise. Thread-safe; calls are serialised and block their thread.
/// </summary>
public sealed class BusConnection : IDisposable
{
    private readonly Lock _lock = new();
    private readonly BusHandle _bus;
    private readonly Readiness _readiness;

    private BusConnection(BusHandle bus)
    {
        _bus = bus;
        using var descriptor = new SafeFileHandle(LibSystemd.GetDescriptor(bus), ownsHandle: false);
        _readiness = new Readiness(descriptor);
    }

    /// <summary>Whether the library can be loaded.</summary>
    public static bool IsAvailable => NativeLibrary.TryLoad(LibSystemd.Library, out _);

    /// <summary>The unique name on the bus, such as <c>:1.42</c>.</summary>
    public unsafe string UniqueName
    {
        get
        {
            nint name = 0;
            lock (_lock)
                Check("sd_bus_get_unique_name", LibSystemd.GetUniqueName(_bus, &name));
            return Marshal.PtrToStringUTF8(name)!;
        }
    }

    /// <summary>Connects to the system bus, or to the user's.</summary>
    /// <exception cref="BusException">The bus or the library is not available.</exception>
    public static BusConnection Open(bool user)
    {
        BusHandle bus;
        try
        {
            Check("connect", user ? LibSystemd.OpenUser(out bus) : LibSystemd.OpenSystem(out bus));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new BusException("library", $"{LibSystemd.Library} cannot be loaded");
        }

        try
        {
            return new BusConnection(bus);
        }
        catch
        {
            bus.Dispose();
            throw;
        }
    }

    /// <summary>Calls a method and waits for its reply.</summary>
    /// <param name="destination">The name of the service.</param>
    /// <param name="path">The object.</param>
    /// <param name="face">The interface.</param>
    /// <param name="member">The method.</param>
    /// <param name="arguments">Writes the arguments, or null for none.</param>
    /// <param name="bound">Time limit for connecting to the bus and for the reply.</param>
    /// <param name="cancellationToken">Cancels the call; the connection cannot be used afterwards.</param>
    /// <exception cref="BusException">The service answered with an error, or did not answer.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public unsafe BusReply Call(
        string destination, string path, string face, string member, Action<BusArguments>? arguments, TimeSpan bound, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            // The library applies its own time limit only after it has connected to the bus.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(bound);
            using var abort = limit.Token.UnsafeRegister(static bus => ((BusConnection)bus!).Abort(), this);
            Check(member, LibSystemd.NewMethodCall(_bus, out var call, destination, path, face, member));
            using (call)
            {
                arguments?.Invoke(new BusArguments(call));
                var error = default(LibSystemd.Error);
                var result = LibSystemd.Call(_bus, call, (ulong)bound.TotalMicroseconds, &error, out var reply);
                if (result >= 0)
                    return new BusReply(reply);
                reply.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                if (limit.IsCancellationRequested)
                    throw new BusException(member, $"{destination} did not answer {member} within {bound.TotalSeconds:0.#} s");
                var name = Marshal.PtrToStringUTF8(error.Name);
                var text = Marshal.PtrToStringUTF8(error.Message);
                LibSystemd.FreeError(&error);
                throw new BusException(name ?? member, text ?? Marshal.GetPInvokeErrorMessage(-result));
            }
        }
    }

    /// <summary>Adds a match rule for signals; signals sent to this connection are received without one.</summary>
    /// <param name="rule">A match rule of the D-Bus specification.</param>
    /// <param name="bound">Time limit.</param>
    /// <param name="cancellationToken">Cancels the call, as in <see cref="Call"/>.</param>
    /// <exception cref="BusException">The bus refused.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Match(string rule, TimeSpan bound, CancellationToken cancellationToken) => Call(
        "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", call => call.String(rule), bound, cancellationToken).Dispose();

    /// <summary>Handles the signals that have arrived, including those received during calls, without waiting for more.</summary>
    /// <param name="take">Called for each; it may call methods.</param>
    /// <exception cref="BusException">The connection has ended.</exception>
    public void Dispatch(Action<BusSignal> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        while (Next(out var message))
        {
            if (message.IsInvalid)
                continue;
            using var values = new BusReply(message);
            if (Marshal.PtrToStringUTF8(LibSystemd.GetInterface(message)) is { } face
                && Marshal.PtrToStringUTF8(LibSystemd.GetMember(message)) is { } member)
                take(new BusSignal(face, member, values));
        }
    }

    /// <summary>Completes when <see cref="Dispatch"/> may have something to handle.</summary>
    /// <exception cref="ObjectDisposedException">Disposed, before or meanwhile.</exception>
    public Task WaitAsync(CancellationToken cancellationToken) => _readiness.WaitReadableAsync(cancellationToken);

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        _readiness.Dispose();
        lock (_lock)
            _bus.Dispose();
    }

    // The library waits for the socket in a poll(2) of its own, which only an event on the socket ends.
    private void Abort() => _ = Libc.Shutdown(LibSystemd.GetDescriptor(_bus), Libc.SHUT_RDWR);

    private bool Next(out BusMessageHandle message)
    {
        lock (_lock)
        {
            var result = LibSystemd.Process(_bus, out message);
            Check("sd_bus_process", result);
            return result > 0;
        }
    }

    private static void Check(string step, int result)
    {
        if (result < 0)
            throw new BusException(step, $"{step}: {Marshal.GetPInvokeErrorMessage(-result)}");
    }
}
