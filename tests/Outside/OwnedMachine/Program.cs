using System.Runtime.Versioning;
using OwnedMachine;
using Vmspawn;

[assembly: SupportedOSPlatform("linux")]

try
{
    return args switch
    {
        ["walk", var name, var kernel, var initrd, var disk] => await Walk.RunAsync(name, kernel, initrd, disk),
        ["crowd", var name, var count, var image] => await Crowd.RunAsync(name, int.Parse(count), image),
        _ => 2,
    };
}
catch (VmException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
