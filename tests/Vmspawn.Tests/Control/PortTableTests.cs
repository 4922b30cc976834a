using CsCheck;
using Vmspawn.Control.Ports;
using Vmspawn.Pcie;
using Vmspawn.Tests.Consoles;

namespace Vmspawn.Tests.Control;

public class PortTableTests
{
    [Fact]
    public void The_error_of_a_full_table_has_the_numbers_and_every_owner()
    {
        var table = new PortTable(SomeTopology.With(spares: 3), new ManualTime());
        table.Take(table.Reserve("disk a")!.Id);
        table.Reserve("disk b");
        var leaving = table.Reserve("disk c")!.Id;
        table.Take(leaving);
        table.BeginDetach(leaving);
        Assert.Null(table.Reserve("disk d"));
        Assert.Equal(
            "3 of 3 hotplug ports are taken: disk a, disk b (being attached), disk c (asked to leave 0 s ago)", table.Shortage());
    }

    [Fact]
    public void A_VM_without_spare_ports_says_so() =>
        Assert.StartsWith("this VM has no hotplug ports", new PortTable(SomeTopology.With(spares: 0), new ManualTime()).Shortage(), StringComparison.Ordinal);

    [Fact]
    public void What_sits_in_a_port_from_boot_keeps_it_until_it_is_deleted()
    {
        var table = new PortTable(SomeTopology.With(spares: 1, drives: 1), new ManualTime());
        var boot = Assert.Single(table.Rows, row => row.State is PortState.Taken);
        Assert.Equal("drive 0", boot.Owner);
        Assert.NotEqual(boot.Port.Id, table.Reserve("a")!.Id);
        Assert.Null(table.Reserve("b"));
        table.BeginDetach(boot.Port.Id);
        table.Deleted(boot.Port.Id);
        Assert.Equal(boot.Port.Id, table.Reserve("b")!.Id);
    }

    [Fact]
    public void A_refused_port_is_taken_by_the_same_owner_and_can_be_asked_for_again()
    {
        var table = new PortTable(SomeTopology.With(spares: 1), new ManualTime());
        var id = table.Reserve("disk a")!.Id;
        table.Take(id);
        table.BeginDetach(id);
        table.Refused(id);
        Assert.Equal((PortState.Taken, "disk a"), (table.Rows[0].State, table.Rows[0].Owner));
        table.BeginDetach(id);
        table.Deleted(id);
        Assert.Equal((PortState.Free, null), (table.Rows[0].State, table.Rows[0].Owner));
    }

    [Fact]
    public void Any_sequence_gives_a_port_to_one_owner_at_a_time_and_refuses_senseless_steps_without_a_change()
    {
        var step = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3]);
        step.Array[0, 60].Sample(steps =>
        {
            var table = new PortTable(SomeTopology.With(spares: 4), new ManualTime());
            var model = new (PortState State, string? Owner)[4];
            for (var i = 0; i < steps.Length; i++)
            {
                var (kind, port) = steps[i];
                if (kind == 0)
                    Reserve(table, model, $"owner {i}");
                else
                    Move(table, model, kind, port);
                Assert.Equal(model, table.Rows.Select(row => (row.State, row.Owner)));
                Assert.Equal(Array.Exists(model, row => row.State is PortState.Detaching), table.IsAnyDetaching);
            }
        });
    }

    private static void Reserve(PortTable table, (PortState State, string? Owner)[] model, string owner)
    {
        var free = Array.FindIndex(model, row => row.State is PortState.Free);
        var got = table.Reserve(owner);
        Assert.Equal(free < 0 ? null : table.Rows[free].Port.Id, got?.Id);
        if (free >= 0)
            model[free] = (PortState.Reserved, owner);
    }

    private static void Move(PortTable table, (PortState State, string? Owner)[] model, int kind, int port)
    {
        (Action<string> Step, PortState[] From, PortState To) move = kind switch
        {
            1 => (table.Take, [PortState.Reserved], PortState.Taken),
            2 => (table.GiveUp, [PortState.Reserved], PortState.Free),
            3 => (table.BeginDetach, [PortState.Taken], PortState.Detaching),
            4 => (table.Refused, [PortState.Detaching], PortState.Taken),
            _ => (table.Deleted, [PortState.Detaching, PortState.Taken], PortState.Free),
        };
        var id = table.Rows[port].Port.Id;
        if (move.From.Contains(model[port].State))
        {
            move.Step(id);
            model[port] = (move.To, move.To is PortState.Free ? null : model[port].Owner);
        }
        else
        {
            Assert.Throws<InvalidOperationException>(() => move.Step(id));
        }
    }
}
