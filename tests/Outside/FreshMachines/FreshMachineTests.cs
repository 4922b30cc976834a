using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Vmspawn;
using Vmspawn.Options;
using Vmspawn.Testing;
using Vmspawn.Testing.Xunit;
using Xunit;

[assembly: SupportedOSPlatform("linux")]

namespace FreshMachines;

/// <summary>As many tests as $MACHINES says, each with a machine of its own; the last one fails if $FAILS is set.</summary>
public sealed class FreshMachineTests() : VmTest(Prepared)
{
    private static readonly TestMachine Prepared = new(VmImage.Kernel(Variable("KERNEL"), [Variable("INITRD")], ["no_timer_check", "quiet", "vmtest=commands,shell"]))
    {
        Configure = options => options with { Scope = RuntimeScope.User, Kvm = Tristate.No, Ram = new RamSize(512 << 20) },
        Ready = GuestWait.Channel,
        Prepare = async (machine, cancel) =>
        {
            await machine.Guest.ShellAsync("mkdir -p /root && echo prepared >/root/state && cut -d ' ' -f 1 /proc/uptime >/root/uptime", cancel);
            await File.AppendAllTextAsync(Variable("PREPARED"), "prepared\n", cancel);
        },
    };

    private readonly long _began = Stopwatch.GetTimestamp();

    public static TheoryData<int> Numbers => [.. Enumerable.Range(1, int.Parse(Variable("MACHINES"), CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Each_test_has_a_machine_of_its_own(int number)
    {
        Assert.Equal("prepared", await Guest.ShellAsync("cat /root/state", Cancel));
        await Guest.ShellAsync($"echo {number} >/root/state", Cancel);
        Assert.True(Vm.IsRestored, Vm.WhyBooted);
        if (Environment.GetEnvironmentVariable("FAILS") == "1" && number == Numbers.Count)
            Assert.Fail("as wished");
    }

    /// <summary>Notes the time from the start of the machine to its end.</summary>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await File.AppendAllTextAsync(Variable("TIMES"), string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_began).TotalSeconds:0.00}\n"));
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"${name} is not set");
}
