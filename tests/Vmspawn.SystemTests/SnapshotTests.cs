using Vmspawn.Options;
using Vmspawn.SystemTests.Harness;

namespace Vmspawn.SystemTests;

/// <summary>Machines that are frozen, and continue.</summary>
public sealed class SnapshotTests : LibraryTest
{
    [Theory, InlineData(QemuKind.Distribution), InlineData(QemuKind.Sid)]
    public async Task A_frozen_guest_continues_with_its_memory_and_its_disks_any_number_of_times(QemuKind qemu)
    {
        var image = Path.Combine(Scratch.Images, "data.raw");
        await File.WriteAllBytesAsync(image, new byte[1 << 20], Cancel);
        var directory = Path.Combine(Scratch.Images, "frozen");
        await using (var machine = await Start(qemu, Linux("commands,shell") with { Image = image, Ephemeral = true, Networks = [NetworkMode.User] }))
        {
            await machine.Guest.ShellAsync("echo in-memory >/mark; echo on-disk | dd of=/dev/vda bs=512 count=1 conv=sync,fsync 2>/dev/null", Cancel);
            var frozen = await machine.FreezeAsync(directory, null, Cancel);
            Assert.Equal((directory, Scratch.Mark, 0), (frozen.Directory, frozen.Machine, (await machine.Exited).Status));
        }

        var clones = new List<VirtualMachine>();
        try
        {
            for (var i = 0; i < 2; i++)
                clones.Add(await Restore(qemu, directory));
            var random = new List<string>();
            foreach (var clone in clones)
            {
                Assert.Equal("in-memory on-disk", await clone.Guest.ShellAsync("echo $(cat /mark) $(dd if=/dev/vda bs=7 count=1 2>/dev/null)", Cancel));
                random.Add(await clone.Guest.ShellAsync("dd if=/dev/urandom bs=16 count=1 2>/dev/null | base64", Cancel));
                var clock = long.Parse(await clone.Guest.ShellAsync("date +%s", Cancel), System.Globalization.CultureInfo.InvariantCulture);
                Assert.InRange(clock, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
            }

            Assert.NotEqual(random[0], random[1]);
        }
        finally
        {
            foreach (var clone in clones)
                await clone.DisposeAsync();
        }

        Assert.All(await File.ReadAllBytesAsync(image, Cancel), value => Assert.Equal(0, value));
    }

    private async Task<VirtualMachine> Restore(QemuKind qemu, string directory, VmOptions? options = null) =>
        await Start(qemu, (options ?? new VmOptions { Scope = RuntimeScope.User }) with { Restore = new RestoreRequest(directory) });
}
