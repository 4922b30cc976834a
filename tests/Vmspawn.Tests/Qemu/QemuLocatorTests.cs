using System.Runtime.InteropServices;
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
        Assert.Equal(directory["b/qemu-system-x86_64"], QemuLocator.Find(Platform.X86, _ => $"{directory["a"]}::{directory["b"]}", []));
    }

    [Fact]
    public void A_relative_entry_of_path_is_never_taken()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["qemu-system-x86_64"], "");
        File.SetUnixFileMode(directory["qemu-system-x86_64"], UnixFileMode.UserExecute);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, directory.Path);
        Assert.Null(QemuLocator.Find(Platform.X86, _ => relative, []));
    }

    [Fact]
    public void Another_architecture_has_a_binary_and_a_package_of_its_own()
    {
        using var directory = new TemporaryDirectory();
        foreach (var name in new[] { "qemu-system-x86_64", "qemu-system-aarch64", "qemu-kvm" })
        {
            File.WriteAllText(directory[name], "");
            File.SetUnixFileMode(directory[name], UnixFileMode.UserExecute);
        }

        var foreign = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? Platform.X86 : Platform.Arm64;
        Assert.Equal(directory[$"qemu-system-{foreign.Name}"], QemuLocator.Find(foreign, _ => directory.Path, []));
        var problems = new List<Problem>();
        Assert.Null(QemuLocator.Find(Platform.RiscV64, _ => directory.Path, problems));
        Assert.Contains("qemu-system-riscv", Assert.Single(problems).Hint);
    }

    [Fact]
    public void Without_qemu_the_problem_says_how_to_install_it()
    {
        var problems = new List<Problem>();
        Assert.Null(QemuLocator.Find(Platform.X86, _ => "/nonexistent", problems));
        Assert.Contains("apt install", Assert.Single(problems).Hint);
    }
}
