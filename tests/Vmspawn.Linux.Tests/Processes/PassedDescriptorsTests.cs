namespace Vmspawn.Linux.Tests.Processes;

/// <summary>What is refused; that a passed descriptor is used needs a process of its own, and is in the system tests.</summary>
public class PassedDescriptorsTests
{
    [Theory]
    [InlineData(null, "1", "kvm"), InlineData("1", "1", "kvm"), InlineData("self", "0", "kvm"), InlineData("self", null, "kvm")]
    [InlineData("self", "many", "kvm"), InlineData("self", "-1", "kvm"), InlineData("self", "1", "other:kvm"), InlineData("self", "2", null)]
    [InlineData("self", "100000", "kvm"), InlineData("self", "1000", "a:b:c")]
    public void What_is_not_for_us_or_not_there_is_not_taken(string? process, string? count, string? names)
    {
        var environment = new Dictionary<string, string?>
        {
            ["LISTEN_PID"] = process == "self" ? $"{Environment.ProcessId}" : process,
            ["LISTEN_FDS"] = count,
            ["LISTEN_FDNAMES"] = names,
        };
        Assert.Null(PassedDescriptors.Find("kvm", environment.GetValueOrDefault));
    }

    [Fact]
    public void A_number_behind_which_nothing_is_open_is_none()
    {
        var names = string.Join(':', Enumerable.Range(0, 1000).Select(i => i == 999 ? "kvm" : "x"));
        var environment = new Dictionary<string, string?> { ["LISTEN_PID"] = $"{Environment.ProcessId}", ["LISTEN_FDS"] = "1000", ["LISTEN_FDNAMES"] = names };
        Assert.Null(PassedDescriptors.Find("kvm", environment.GetValueOrDefault));
    }
}
