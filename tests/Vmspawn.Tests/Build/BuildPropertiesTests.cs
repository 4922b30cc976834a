namespace Vmspawn.Tests.Build;

public class BuildPropertiesTests
{
    /// <summary>What MSBuild knows of a project must not depend on the folders above the checkout.</summary>
    [Theory]
    [InlineData("src/Vmspawn.Pcie/Vmspawn.Pcie.csproj", "true", "")]
    [InlineData("tests/Vmspawn.Pcie.Tests/Vmspawn.Pcie.Tests.csproj", "", "true")]
    [InlineData("bench/Vmspawn.Bench/Vmspawn.Bench.csproj", "", "")]
    public async Task A_checkout_below_folders_named_src_and_tests_builds_each_project_as_elsewhere(string project, string ships, string tests)
    {
        using var checkout = new Checkout(
            "src/tests/checkout",
            "global.json", "Directory.Build.props", "Directory.Packages.props", "src/Directory.Build.props", "src/Packages.props", "tests/Directory.Build.props", project);
        var (status, output, error) = await checkout.Run(
            new Dictionary<string, string?> { ["DOTNET_NOLOGO"] = "1", ["MSBUILDDISABLENODEREUSE"] = "1" },
            Path.Combine(Checkout.Sdk, "dotnet"),
            "msbuild", project, "-getProperty:IsAotCompatible", "-getProperty:IsTestProject", "-getProperty:TargetFramework");
        Assert.True(status == 0, output + error);
        using var properties = System.Text.Json.JsonDocument.Parse(output);
        Assert.Equal(
            [("IsAotCompatible", ships), ("IsTestProject", tests), ("TargetFramework", "net10.0")],
            properties.RootElement.GetProperty("Properties").EnumerateObject().Select(property => (property.Name, property.Value.GetString()!)));
    }
}
