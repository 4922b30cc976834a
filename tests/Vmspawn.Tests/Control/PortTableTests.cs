using CsCheck;
using Vmspawn.Control.Ports;

namespace Vmspawn.Tests.Control;

public class PortTableTests
{
    [Fact]
    public void The_error_of_a_full_table_has_the_numbers_and_every_owner()
    {
        var table = new PortTable(SomeTopology.With(spares: 3), new SteppedTime());
        table.Take(table.Reserve("disk a")!);
        table.Reserve("disk b");
        var leaving = table.Reserve("disk c")!;
        table.Take(leaving);
        table.BeginDetach(leaving);
        Assert.Null(table.Reserve("disk d"));
        Assert.Equal(
            "3 of 3 hotplug ports are taken: disk a, disk b (being attached), disk c (being detached for 0 s)", table.Shortage());
    }

    [Fact]
    public void A_VM_without_spare_ports_refuses_an_attach_with_that_reason() =>
        Assert.StartsWith("this VM has no hotplug ports", new PortTable(SomeTopology.With(spares: 0), new SteppedTime()).Shortage(), StringComparison.Ordinal);

    [Fact]
    public void What_sits_in_a_port_from_boot_keeps_it_until_it_is_deleted()
    {
        var table = new PortTable(SomeTopology.With(spares: 1, drives: 1), new SteppedTime());
        var boot = Assert.Single(table.Rows, row => row.State is PortState.Taken);
        Assert.Equal("drive 0", boot.Owner);
        Assert.NotEqual(boot.Port.Id, table.Reserve("a")!.PortId);
        Assert.Null(table.Reserve("b"));
        var lease = table.FindLease(boot.Port.Id)!;
        Assert.True(table.BeginDetach(lease));
        Assert.True(table.Release(lease));
        Assert.Equal(boot.Port.Id, table.Reserve("b")!.PortId);
    }

    [Fact]
    public void A_refused_port_is_taken_by_the_same_owner_and_can_be_asked_for_again()
    {
        var table = new PortTable(SomeTopology.With(spares: 1), new SteppedTime());
        var lease = table.Reserve("disk a")!;
        Assert.True(table.Take(lease));
        Assert.True(table.BeginDetach(lease));
        Assert.True(table.Refused(lease));
        Assert.Equal((PortState.Taken, "disk a"), (table.Rows[0].State, table.Rows[0].Owner));
        Assert.True(table.BeginDetach(lease));
        Assert.True(table.Release(lease));
        Assert.Equal((PortState.Free, null), (table.Rows[0].State, table.Rows[0].Owner));
    }

    [Fact]
    public void The_port_that_has_been_free_longest_is_handed_out_first()
    {
        var table = new PortTable(SomeTopology.With(spares: 3), new SteppedTime());
        var first = table.Reserve("a")!;
        table.Release(first);
        Assert.Equal(
            ["vmspawn-hotplug-pci-root-port-1", "vmspawn-hotplug-pci-root-port-2", first.PortId],
            Enumerable.Range(0, 3).Select(i => table.Reserve($"{i}")!.PortId));
    }

    [Fact]
    public void A_lease_that_has_ended_cannot_change_the_port_of_the_next_device()
    {
        var table = new PortTable(SomeTopology.With(spares: 1), new SteppedTime());
        var old = table.Reserve("old")!;
        table.Take(old);
        table.Release(old);
        table.Take(table.Reserve("new")!);
        Assert.False(table.Release(old));
        Assert.False(table.BeginDetach(old));
        Assert.Equal((PortState.Taken, "new"), (table.Rows[0].State, table.Rows[0].Owner));
    }

    [Fact]
    public void Any_sequence_gives_a_port_to_one_owner_at_a_time_and_steps_that_do_not_fit_change_nothing()
    {
        var step = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3]);
        step.Array[0, 60].Sample(steps =>
        {
            var table = new PortTable(SomeTopology.With(spares: 4), new SteppedTime());
            var model = new (PortState State, string? Owner)[4];
            var leases = new PortLease?[4];
            for (var i = 0; i < steps.Length; i++)
            {
                var (kind, port) = steps[i];
                if (kind == 0)
                    Reserve(table, model, leases, $"owner {i}");
                else if (leases[port] is { } lease)
                    Move(table, model, lease, kind, port);
                Assert.Equal(model, table.Rows.Select(row => (row.State, row.Owner)));
                Assert.Equal(Array.Exists(model, row => row.State is PortState.Detaching), table.IsAnyDetaching);
            }
        });
    }

    private static void Reserve(PortTable table, (PortState State, string? Owner)[] model, PortLease?[] leases, string owner)
    {
        var lease = table.Reserve(owner);
        Assert.Equal(Array.Exists(model, row => row.State is PortState.Free), lease is not null);
        if (lease is null)
            return;
        var at = table.Rows.ToList().FindIndex(row => row.Port.Id == lease.PortId);
        Assert.Equal(PortState.Free, model[at].State);
        model[at] = (PortState.Reserved, owner);
        leases[at] = lease;
    }

    private static void Move(PortTable table, (PortState State, string? Owner)[] model, PortLease lease, int kind, int port)
    {
        (Func<PortLease, bool> Step, PortState[] From, PortState To) move = kind switch
        {
            1 => (table.Take, [PortState.Reserved], PortState.Taken),
            2 => (table.BeginDetach, [PortState.Taken], PortState.Detaching),
            3 => (table.Refused, [PortState.Detaching], PortState.Taken),
            _ => (table.Release, [PortState.Reserved, PortState.Taken, PortState.Detaching], PortState.Free),
        };
        var fits = move.From.Contains(model[port].State);
        Assert.Equal(fits, move.Step(lease));
        if (fits)
            model[port] = (move.To, move.To is PortState.Free ? null : model[port].Owner);
    }
}
