namespace Vmspawn.Varlink;

/// <summary>
/// The connections of a server, oldest first, and the limits on their number. Under pressure those that never called
/// anything are closed first, so that idle connections cannot block other clients.
/// </summary>
internal sealed class ConnectionTable(VarlinkServerOptions options)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<ServerConnection> _connections = new();

    public int Count
    {
        get
        {
            lock (_lock)
                return _connections.Count;
        }
    }

    public bool TryAdd(ServerConnection connection)
    {
        var user = connection.Peer.UserId;
        lock (_lock)
        {
            var ofUser = 0;
            foreach (var known in _connections)
                ofUser += known.Peer.UserId == user ? 1 : 0;
            var userFull = ofUser >= options.ConnectionsPerUser;
            if ((userFull || _connections.Count >= options.Connections) && !TryEvict(userFull ? user : null))
                return false;
            _connections.AddLast(connection);
            return true;
        }
    }

    public void Remove(ServerConnection connection)
    {
        lock (_lock)
            _connections.Remove(connection);
        connection.Dispose();
    }

    public Task WhenAllEnded()
    {
        lock (_lock)
            return Task.WhenAll(_connections.Select(connection => connection.Completion));
    }

    public void CloseAll()
    {
        lock (_lock)
        {
            foreach (var connection in _connections)
                connection.Close();
        }
    }

    private bool TryEvict(uint? user)
    {
        for (var node = _connections.First; node is not null; node = node.Next)
        {
            if (node.Value.HasCalled || (user is not null && node.Value.Peer.UserId != user))
                continue;
            // Removed from the list now; the connection closes itself afterwards.
            _connections.Remove(node);
            node.Value.Abort();
            return true;
        }
        return false;
    }
}
