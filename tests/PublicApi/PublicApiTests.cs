using System.Reflection;
using System.Runtime.CompilerServices;
using PublicApiGenerator;

namespace Vmspawn.PublicApi;

/// <summary>
/// The public surface of the library that this project tests, as text: a change of it is seen in review. UPDATE_GOLDEN=1
/// rewrites the file.
/// </summary>
public class PublicApiTests
{
    [Fact]
    public void The_public_surface_is_the_approved_one()
    {
        var name = typeof(PublicApiTests).Assembly.GetName().Name![..^".Tests".Length];
        var surface = Assembly.Load(name).GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n") + "\n";
        var path = Approved(name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, surface);
        Assert.Equal(File.ReadAllText(path), surface);
    }

    private static string Approved(string name, [CallerFilePath] string source = "") =>
        Path.Combine(Path.GetDirectoryName(source)!, $"{name}.txt");
}
