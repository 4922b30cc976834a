using Vmspawn.Options;
using Vmspawn.Resolve;

namespace Vmspawn.Tests.Resolve;

public sealed class CredentialResolverTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Problem> _problems = [];

    [Fact]
    public async Task A_bare_name_is_a_file_of_the_credentials_directory()
    {
        File.WriteAllText(_directory["token"], "secret");
        Assert.Equal("secret"u8.ToArray(), Assert.Single(await ResolveAsync("token", _directory.Path)).Value.ToArray());
        Assert.Equal("secret"u8.ToArray(), Assert.Single(await ResolveAsync(_directory["token"], "/nonexistent")).Value.ToArray());
    }

    [Fact]
    public async Task A_bare_name_without_the_variable_is_refused_with_the_way_to_write_a_path()
    {
        Assert.Empty(await ResolveAsync("token", directory: null));
        Assert.Equal(
            ("--load-credential=id:token", "a bare name is looked up in $CREDENTIALS_DIRECTORY, which is not set", "write ./token for a file here"),
            (Assert.Single(_problems).Subject, _problems[0].Text, _problems[0].Hint));
    }

    [Theory]
    [InlineData(1 << 20, true)]
    [InlineData((1 << 20) + 1, false)]
    public async Task A_credential_has_at_most_one_MiB(int size, bool isTaken)
    {
        File.WriteAllBytes(_directory["token"], new byte[size]);
        Assert.Equal(isTaken ? 1 : 0, (await ResolveAsync(_directory["token"], directory: null)).Count);
        Assert.Equal(isTaken, _problems.Count == 0);
    }

    public void Dispose() => _directory.Dispose();

    private async Task<IReadOnlyList<Vmspawn.Spec.CredentialSpec>> ResolveAsync(string path, string? directory) =>
        (await CredentialResolver.ResolveAsync([new LoadedCredential("id", path)], directory, _problems, CancellationToken.None)).All;
}
