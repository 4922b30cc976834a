namespace Vmspawn.Guests.Shell;

/// <summary>
/// From a greeting to the end of the guest's shell. Commands run in slots of the server, which are used again, because starting programs is
/// slow where the processor is emulated.
/// </summary>
/// <param name="id">In its greeting and in each of its calls.</param>
/// <param name="post">Sends a message to the guest.</param>
internal sealed class ShellSession(string id, Action<byte[]> post)
{
    /// <summary>The session of a guest that was frozen, which goes on.</summary>
    public ShellSession(FrozenShell frozen, Action<byte[]> post)
        : this(frozen.Session, post)
    {
        HasGreeted = true;
        _last = frozen.LastSlot;
        _idle = new Stack<int>(frozen.IdleSlots);
    }

    /// <summary>The most slots that are kept while nothing runs in them.</summary>
    private const int MostIdle = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, ShellProcess> _commands = [];
    private readonly Stack<int> _idle = new();
    private int _last;

    public string Id => id;

    public bool HasGreeted { get; set; }

    /// <summary>Makes a slot for the next command.</summary>
    public void Prepare()
    {
        lock (_lock)
            _idle.Push(Make());
    }

    /// <summary>Starts a command.</summary>
    public ShellProcess Start(GuestCommand command, bool hasInput)
    {
        lock (_lock)
        {
            if (!_idle.TryPop(out var slot))
                slot = Make();
            var process = new ShellProcess(slot, hasInput, Call, data => post(ShellServer.Data(id, slot, data.Span)), isClean => Release(slot, isClean));
            _commands[slot] = process;
            Call($"j {slot} {(hasInput ? "i" : "")}{(command.IsBulk ? "b" : "")}- {ShellServer.Word(ShellWords.Of(command))}");
            return process;
        }
    }

    /// <summary>The command in a slot, or null.</summary>
    public ShellProcess? Find(int slot)
    {
        lock (_lock)
            return _commands.GetValueOrDefault(slot);
    }

    /// <summary>What another process needs to go on with it; null while a command runs.</summary>
    public FrozenShell? TryFreeze()
    {
        lock (_lock)
            return _commands.Count == 0 ? new FrozenShell(id, _last, [.. _idle]) : null;
    }

    /// <summary>The connection is lost.</summary>
    public void End(Exception why)
    {
        ShellProcess[] commands;
        lock (_lock)
        {
            commands = [.. _commands.Values];
            _commands.Clear();
        }

        foreach (var command in commands)
            command.Fail(why);
    }

    /// <param name="slot">A slot.</param>
    /// <param name="isClean">Its command has ended, and everything of it has arrived.</param>
    private void Release(int slot, bool isClean)
    {
        lock (_lock)
        {
            _commands.Remove(slot);
            if (isClean && _idle.Count < MostIdle)
                _idle.Push(slot);
            else
                Call($"r {slot}");
        }
    }

    private int Make()
    {
        Call($"n {++_last}");
        return _last;
    }

    private void Call(string call) => post(ShellServer.Call(id, call));
}

/// <summary>The session of a guest's shell in which no command runs.</summary>
/// <param name="Session">Its number.</param>
/// <param name="LastSlot">The last slot that was made.</param>
/// <param name="IdleSlots">The slots in which commands can run.</param>
internal sealed record FrozenShell(string Session, int LastSlot, IReadOnlyList<int> IdleSlots);
