namespace Vmspawn.Varlink;

/// <summary>Limits the memory of all connections of a server together for received bytes.</summary>
internal sealed class ByteBudget(long total)
{
    private long _left = total;

    public static ByteBudget Unlimited { get; } = new(long.MaxValue);

    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) >= 0)
            return;
        Return(bytes);
        throw new VarlinkProtocolException("no memory is left for what the peers of this server sent");
    }

    public void Return(long bytes) => Interlocked.Add(ref _left, bytes);
}
