namespace Vmspawn.Linux.Tests.Processes;

/// <summary>What is refused; that a passed descriptor is used needs a process of its own, and is in the system tests.</summary>
public class PassedDescriptorsTests
{
    [Theory]
    [InlineData(null, "1", "kvm"), InlineData("1", "1", "kvm"), InlineData("self", "0", "kvm"), InlineData("self", null, "kvm")]
    [InlineData("self", "many", "kvm"), InlineData("self", "-1", "kvm"), InlineData("self", "1", "other:kvm"), InlineData("self", "2", null)]
    [InlineData("self", "100000", "kvm"), InlineData("self", "1000", "a:b:c")]
    public void Descriptors_for_another_process_or_of_another_name_are_not_taken(string? process, string? count, string? names)
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
    public void A_descriptor_number_that_is_not_open_is_not_taken()
    {
        var names = string.Join(':', Enumerable.Range(0, 1000).Select(i => i == 999 ? "kvm" : "x"));
        var environment = new Dictionary<string, string?> { ["LISTEN_PID"] = $"{Environment.ProcessId}", ["LISTEN_FDS"] = "1000", ["LISTEN_FDNAMES"] = names };
        Assert.Null(PassedDescriptors.Find("kvm", environment.GetValueOrDefault));
    }
}
