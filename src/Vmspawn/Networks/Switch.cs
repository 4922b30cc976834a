using Vmspawn.Linux;
using Vmspawn.Networks.Packets;

namespace Vmspawn.Networks;

/// <summary>A card's connection to the switch.</summary>
/// <param name="Lease">The card.</param>
/// <param name="Socket">The socket of its QEMU.</param>
internal sealed record SwitchPort(Lease Lease, DatagramConnection Socket);

/// <summary>
/// Forwards Ethernet frames between the cards of a network. Guests are not trusted: a frame is forwarded only with its card's own source address, so nothing is learned, and
/// what is malformed, too large or for nobody is dropped. All members may be used from any thread.
/// </summary>
internal sealed class Switch : IAsyncDisposable
{
    /// <summary>How many frames of one card are handled before others get their turn.</summary>
    private const int FramesInTurn = 64;

    private readonly Lock _lock = new();
    private readonly NetworkFacts _facts;
    private readonly Chance _chance;
    private readonly DelayLine _delays;
    private readonly BackgroundTasks _tasks;
    private readonly Dictionary<EthernetAddress, SwitchPort> _ports = [];
    private readonly List<Separation> _separations = [];
    private readonly List<Action<ReadOnlyMemory<byte>>> _taps = [];
    private VmNetworkQuality _quality = VmNetworkQuality.Perfect;

    /// <param name="facts">The network, which only this uses from now on.</param>
    /// <param name="seed">Determines which frames are lost.</param>
    /// <param name="time">The clock of delays.</param>
    /// <param name="failed">Receives what failed at a port, and why.</param>
    public Switch(NetworkFacts facts, ulong seed, TimeProvider time, Action<string, Exception> failed)
    {
        _facts = facts;
        _chance = new Chance(seed);
        _delays = new DelayLine(frame => Deliver(frame.To, frame.Bytes), time);
        _tasks = new BackgroundTasks(failed);
    }

    public VmNetworkQuality Quality
    {
        get
        {
            lock (_lock)
                return _quality;
        }

        set
        {
            lock (_lock)
                _quality = value;
        }
    }

    public IReadOnlyList<VmNetworkMember> Members
    {
        get
        {
            lock (_lock)
                return [.. _facts.Present.OrderBy(lease => lease.Address).Select(lease => new VmNetworkMember(lease.Machine, lease.Mac.ToString(), NetworkFacts.ToAddress(lease.Address)))];
        }
    }

    /// <summary>The separations as they were asked for: the names of both sides.</summary>
    public IReadOnlyList<(IReadOnlyList<string> One, IReadOnlyList<string> Other)> Separations
    {
        get
        {
            lock (_lock)
                return [.. _separations.Select(one => ((IReadOnlyList<string>)[.. one.One], (IReadOnlyList<string>)[.. one.Other]))];
        }
    }

    /// <summary>Connects a card. One of the same machine that is connected already is replaced: its machine has been started again.</summary>
    /// <param name="machine">Its machine.</param>
    /// <param name="mac">Its address.</param>
    /// <param name="socket">The connection to its QEMU, which this owns from now on, even if it fails.</param>
    /// <param name="refusal">Why it cannot join.</param>
    public SwitchPort? TryJoin(string machine, EthernetAddress mac, DatagramConnection socket, out string refusal)
    {
        lock (_lock)
        {
            refusal = "";
            if (_ports.Values.FirstOrDefault(port => port.Lease.Machine.Equals(machine, StringComparison.OrdinalIgnoreCase)) is { } old)
                Remove(old);
            if (mac.IsGroup || mac == _facts.Own.Mac || mac.Value == 0)
                refusal = $"{mac} can be no card's address";
            else if (_ports.TryGetValue(mac, out var other))
                refusal = $"{other.Lease.Machine} has a card with the address {mac} in it";
            else if (_facts.TryTake(machine, mac) is { } lease)
            {
                var port = _ports[mac] = new SwitchPort(lease, socket);
                _tasks.Run($"forward the frames of {machine}", stop => FollowAsync(port, stop));
                return port;
            }
            else
                refusal = $"{_facts.Subnet} has no address left";
        }

        socket.Dispose();
        return null;
    }

    public void Leave(SwitchPort port)
    {
        lock (_lock)
            Remove(port);
    }

    /// <summary>Drops frames between two groups of machines, which need not have joined yet, until it is disposed.</summary>
    public IDisposable Separate(IEnumerable<string> one, IEnumerable<string> other)
    {
        var separation = new Separation(this, [.. one], [.. other]);
        lock (_lock)
            _separations.Add(separation);
        return separation;
    }

    /// <summary>Ends all separations.</summary>
    public void Heal()
    {
        lock (_lock)
            _separations.Clear();
    }

    /// <summary>Passes each frame that a card or the switch sends to <paramref name="tap"/>, which must not block, until the result is disposed.</summary>
    public IDisposable Tap(Action<ReadOnlyMemory<byte>> tap)
    {
        lock (_lock)
            _taps.Add(tap);
        return new Ending(() =>
        {
            lock (_lock)
                _taps.Remove(tap);
        });
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            foreach (var port in _ports.Values.ToList())
                Remove(port);
        }

        await _tasks.DisposeAsync().ConfigureAwait(false);
        _delays.Dispose();
    }

    private async Task FollowAsync(SwitchPort port, CancellationToken stop)
    {
        var buffer = new byte[Frame.LargestSize];
        try
        {
            for (var count = 0; ; count++)
            {
                // A card that always has frames waiting must not keep this thread, nor the one that it was started on.
                if (count % FramesInTurn == 0)
                    await Task.Yield();
                var size = await port.Socket.ReceiveAsync(buffer, stop).ConfigureAwait(false);
                if (size is >= Frame.HeaderSize and <= Frame.LargestSize)
                    Forward(port, buffer.AsMemory(0, size));
            }
        }
        catch (ObjectDisposedException)
        {
            // It has left.
        }
    }

    private void Forward(SwitchPort from, ReadOnlyMemory<byte> frame)
    {
        lock (_lock)
        {
            if (!IsPresent(from) || Frame.Source(frame.Span) != from.Lease.Mac)
                return;
            _taps.ForEach(tap => tap(frame));
            if (SwitchServices.TryTake(frame.Span, from.Lease, _facts, out var answer))
            {
                if (answer is null)
                    return;
                _taps.ForEach(tap => tap(answer));
                from.Socket.TrySend(answer);
                return;
            }

            var to = Frame.Destination(frame.Span);
            if (to.IsGroup)
            {
                foreach (var port in _ports.Values)
                    Pass(from, port, frame);
            }
            else if (_ports.TryGetValue(to, out var port))
            {
                Pass(from, port, frame);
            }
        }
    }

    private void Pass(SwitchPort from, SwitchPort to, ReadOnlyMemory<byte> frame)
    {
        if (from == to || _separations.Exists(one => one.Parts(from.Lease.Machine, to.Lease.Machine)))
            return;
        if (_quality.Loss > 0 && _chance.Next() < _quality.Loss)
            return;
        var delay = _quality.Delay + ((2 * _chance.Next()) - 1) * _quality.Jitter;
        if (delay > TimeSpan.Zero)
            _delays.Add(to, frame.ToArray(), delay);
        else
            // A full queue loses the frame, as that of a switch does.
            to.Socket.TrySend(frame.Span);
    }

    private void Deliver(SwitchPort to, byte[] frame)
    {
        lock (_lock)
        {
            if (IsPresent(to))
                to.Socket.TrySend(frame);
        }
    }

    private bool IsPresent(SwitchPort port) => _ports.TryGetValue(port.Lease.Mac, out var found) && ReferenceEquals(found, port);

    private void Remove(SwitchPort port)
    {
        if (IsPresent(port))
        {
            _ports.Remove(port.Lease.Mac);
            _facts.Return(port.Lease.Mac);
        }

        port.Socket.Dispose();
    }

    private void End(Separation separation)
    {
        lock (_lock)
            _separations.Remove(separation);
    }

    private sealed class Separation(Switch owner, string[] one, string[] other) : IDisposable
    {
        private readonly HashSet<string> _one = new(one, StringComparer.OrdinalIgnoreCase);
        private readonly HashSet<string> _other = new(other, StringComparer.OrdinalIgnoreCase);

        public string[] One => one;

        public string[] Other => other;

        public bool Parts(string from, string to) => (_one.Contains(from) && _other.Contains(to)) || (_one.Contains(to) && _other.Contains(from));

        public void Dispose() => owner.End(this);
    }
}

/// <summary>Ends something when it is disposed.</summary>
internal sealed class Ending(Action end) : IDisposable
{
    public void Dispose() => end();
}
