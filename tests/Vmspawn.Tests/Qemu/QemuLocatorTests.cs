using Vmspawn.Qemu;

namespace Vmspawn.Tests.Qemu;

public class QemuLocatorTests
{
    [Fact]
    public void The_first_executable_in_path_is_taken()
    {
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["a"]);
        Directory.CreateDirectory(directory["b"]);
        File.WriteAllText(directory["a/qemu-system-x86_64"], "");
        File.WriteAllText(directory["b/qemu-system-x86_64"], "");
        File.SetUnixFileMode(directory["b/qemu-system-x86_64"], UnixFileMode.UserExecute);
        Assert.Equal(directory["b/qemu-system-x86_64"], QemuLocator.Find(_ => $"{directory["a"]}::{directory["b"]}", []));
    }

    [Fact]
    public void A_relative_entry_of_path_is_never_taken()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["qemu-system-x86_64"], "");
        File.SetUnixFileMode(directory["qemu-system-x86_64"], UnixFileMode.UserExecute);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, directory.Path);
        Assert.Null(QemuLocator.Find(_ => relative, []));
    }

    [Fact]
    public void Without_qemu_the_problem_says_how_to_install_it()
    {
        var problems = new List<Problem>();
        Assert.Null(QemuLocator.Find(_ => "/nonexistent", problems));
        Assert.Contains("apt install", Assert.Single(problems).Hint);
    }
}
