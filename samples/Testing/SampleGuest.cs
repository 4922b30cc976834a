using Vmspawn;
using Vmspawn.Options;
using Vmspawn.Testing;

namespace Samples;

/// <summary>The machine of the samples: a kernel and an initrd with busybox that serves commands, from environment variables.</summary>
internal static class SampleGuest
{
    // <example>
    public static readonly TestMachine Machine = new(VmImage.Kernel(Variable("SAMPLE_KERNEL"), [Variable("SAMPLE_INITRD")], Variable("SAMPLE_ARGUMENTS").Split(' ')))
    {
        Configure = options => options with { Ram = new RamSize(512 << 20) },
        Ready = GuestWait.Channel,
        Prepare = async (machine, cancel) => await machine.Guest.ShellAsync("mkdir -p /site && echo hello >/site/index.html", cancel),
        PrepareKey = "a site, version 1",
    };
    // </example>

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"${name} is not set");
}
