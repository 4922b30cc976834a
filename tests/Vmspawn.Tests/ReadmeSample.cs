using Vmspawn.Options;

namespace Vmspawn.Tests;

/// <summary>Compiled only: the system tests run the same by an outside project.</summary>
internal static class ReadmeSample
{
    public static async Task<VmExit> RunAsync(string image, string data, CancellationToken cancellationToken)
    {
        // <readme>
        var options = new VmOptions { Image = image, Ephemeral = true, Networks = [NetworkMode.User] };
        var planning = await VmPlanning.OfAsync(options, cancellationToken: cancellationToken);
        foreach (var problem in planning.Problems)
            Console.Error.WriteLine(problem);

        // The machine ends with this process, or when it is disposed.
        await using var machine = await VirtualMachine.StartAsync(planning, cancellationToken: cancellationToken);
        await machine.Console.WaitForAsync("login: ", cancellationToken: cancellationToken);
        await machine.Disks.AttachAsync("data", data, DiskType.Nvme, cancellationToken: cancellationToken);
        var exit = await machine.StopAsync(cancellationToken: cancellationToken);
        // </readme>
        return exit;
    }
}
