using System.Globalization;

namespace Vmspawn;

/// <summary>Something in a guest that can be waited for (<see cref="Guest.WaitAsync"/>). Derive from it for other conditions.</summary>
public abstract class GuestWait
{
    /// <summary>The time between two looks.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>What it is, for messages: "the guest's readiness".</summary>
    public abstract string What { get; }

    /// <summary>The time limit with KVM.</summary>
    public virtual TimeSpan DefaultTimeout => TimeSpan.FromMinutes(2);

    /// <summary>The guest has reported that it is ready (<c>READY=1</c> of sd_notify(3), by vsock or virtio port), or a channel answers.</summary>
    public static GuestWait Ready { get; } = new Condition("the guest's readiness", async (guest, cancel) =>
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var channel = guest.ChannelAsync(either.Token);
        while (!await guest.HasReportedAsync(cancel).ConfigureAwait(false) && !channel.IsCompletedSuccessfully)
            await Task.Delay(Pause, cancel).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        await channel.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    });

    /// <summary>The guest has reported that it is ready: with systemd, its default target is reached.</summary>
    public static GuestWait Reported { get; } = new Condition("the guest's report that it is ready", async (guest, cancel) =>
    {
        while (!await guest.HasReportedAsync(cancel).ConfigureAwait(false))
            await Task.Delay(Pause, cancel).ConfigureAwait(false);
    });

    /// <summary>A channel answers, so that commands can be run.</summary>
    public static GuestWait Channel { get; } = new Condition("an answer of the guest on a channel for commands", (guest, cancel) => guest.ChannelAsync(cancel));

    /// <summary>A unit of the guest's systemd is active. It is not waited for any longer when it has failed.</summary>
    /// <param name="name">Its name with its type: <c>nginx.service</c>.</param>
    public static GuestWait Unit(string name) => new Condition($"{name} in the guest", async (guest, cancel) =>
    {
        var state = "";
        while (state != "active")
        {
            if (state == "failed")
                throw new GuestWaitException($"{name} has failed in the guest: {await WordsOfAsync(guest, name, cancel).ConfigureAwait(false)}");
            if (state.Length > 0)
                await Task.Delay(Pause, cancel).ConfigureAwait(false);
            state = (await guest.CheckAsync(new GuestCommand("systemctl", "show", "--property=ActiveState", "--value", "--", name), cancel).ConfigureAwait(false)).Output.Trim();
        }
    });

    /// <summary>Something listens at a TCP port of the guest, at any of its addresses.</summary>
    /// <param name="port">1 to 65535.</param>
    public static GuestWait Port(int port) => new Condition($"TCP port {port} of the guest", async (guest, cancel) =>
    {
        // proc_net_tcp: state 0A is listening.
        var line = $@"grep -qs ':{port.ToString("X4", CultureInfo.InvariantCulture)} [0-9A-F]*:0000 0A ' /proc/net/tcp /proc/net/tcp6";
        while (!(await guest.RunAsync(GuestCommand.Shell(line), cancel).ConfigureAwait(false)).IsSuccess)
            await Task.Delay(Pause, cancel).ConfigureAwait(false);
    });

    /// <summary>A command's status is 0; it is run again until then.</summary>
    /// <param name="command">The command.</param>
    public static GuestWait Command(GuestCommand command) => new Condition($"status 0 of {command} in the guest", async (guest, cancel) =>
    {
        while (!(await guest.RunAsync(command, cancel).ConfigureAwait(false)).IsSuccess)
            await Task.Delay(Pause, cancel).ConfigureAwait(false);
    });

    /// <summary>All of several.</summary>
    /// <param name="parts">The parts, waited for one after the other.</param>
    public static GuestWait All(params IEnumerable<GuestWait> parts)
    {
        GuestWait[] all = [.. parts];
        return new Condition(string.Join(", ", all.Select(part => part.What)), async (guest, cancel) =>
        {
            foreach (var part in all)
                await part.WaitAsync(guest, cancel).ConfigureAwait(false);
        });
    }

    /// <summary>Completes when it has happened. The caller ends it at the time limit and at the machine's end.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task WaitAsync(Guest guest, CancellationToken cancellationToken);

    private static async Task<string> WordsOfAsync(Guest guest, string unit, CancellationToken cancel)
    {
        var result = await guest.RunAsync(new GuestCommand("systemctl", "status", "--no-pager", "--lines=5", "--", unit), cancel).ConfigureAwait(false);
        return result.Output.Trim();
    }

    private sealed class Condition(string what, Func<Guest, CancellationToken, Task> wait) : GuestWait
    {
        public override string What => what;

        public override Task WaitAsync(Guest guest, CancellationToken cancellationToken) => wait(guest, cancellationToken);
    }
}

/// <summary>What was waited for in the guest cannot happen any more.</summary>
public sealed class GuestWaitException : VmException
{
    /// <param name="message">What, and why.</param>
    internal GuestWaitException(string message)
        : base(message)
    {
    }
}
