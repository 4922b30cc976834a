using System.Runtime.InteropServices;
using Vmspawn.Options;

namespace Vmspawn.Cli;

/// <summary>Refuses options that would boot another guest than the demo's.</summary>
internal static class DemoRules
{
    public static void Check(VmOptions options, ICollection<Problem> problems)
    {
        Refuse(options.Image is not null, "--image=");
        Refuse(options.Template is not null, "--template=");
        Refuse(options.Linux is not null, "--linux=");
        Refuse(options.Initrds.Count > 0, "--initrd=");
        Refuse(options.Architecture is not (null or Architecture.X64), "--arch=");
        Refuse(options.GrowImage is not null, "--grow-image=");

        void Refuse(bool given, string name)
        {
            if (given)
                problems.Add(new Problem("demo-guest", name, "the demo boots a guest of its own", "use vmspawn run for yours", ProblemKind.Usage));
        }
    }
}
