using Vmspawn.Cli.Control.Parse;
using Vmspawn.Cli.Control.Show;
using Vmspawn.Cli.Running;

namespace Vmspawn.Cli.Control.Run;

/// <summary><c>vmspawn image</c>.</summary>
internal static class ImageRun
{
    public static async Task<int> RunAsync(ControlCommand command, ControlScreen screen)
    {
        try
        {
            var store = VmImageStore.Open();
            return command switch
            {
                ImageListCommand list => List(list, store, screen),
                ImagePullCommand pull => await EachAsync(pull.Names, (name, cancel) => PullAsync(store, name, pull.Quiet, screen, cancel), screen),
                ImageBuildCommand build => await EachAsync([build.Name], (_, cancel) => BuildAsync(store, build, screen, cancel), screen),
                ImageRemoveCommand remove => await EachAsync(remove.Names, (name, cancel) => RemoveAsync(store, name, cancel), screen),
                _ => throw new InvalidOperationException($"Nobody carries out {command.GetType()}."),
            };
        }
        catch (VmImageException error)
        {
            screen.Fail([NamedImageOptions.Problem(error)]);
            return ExitStatus.Failed;
        }
    }

    private static int List(ImageListCommand command, VmImageStore store, ControlScreen screen)
    {
        var images = store.List();
        screen.Write(command.Json ? ImageList.Json(images) : ImageList.Table(images, screen.Style, screen.Width, screen.Now()));
        return 0;
    }

    private static async Task PullAsync(VmImageStore store, string name, bool quiet, ControlScreen screen, CancellationToken cancel)
    {
        using var line = new ImageProgressLine(name, quiet);
        var files = await store.PullAsync(store.Named(name), line, cancel);
        line.Dispose();
        screen.Write($"{files.Image ?? files.Linux ?? files.Directory}\n");
    }

    private static async Task BuildAsync(VmImageStore store, ImageBuildCommand build, ControlScreen screen, CancellationToken cancel)
    {
        using var line = new ImageProgressLine(build.Name, build.Quiet);
        var files = await store.BuildAsync(build.Name, build.Image, line, cancel);
        line.Dispose();
        screen.Write($"{files.Image ?? files.Linux ?? files.Directory}\n");
    }

    private static async Task RemoveAsync(VmImageStore store, string name, CancellationToken cancel)
    {
        if (!await store.RemoveAsync(name, cancel))
            throw new MachineException("image-missing", name, "nothing of an image of this name is stored", "vmspawn image list shows what is");
    }

    /// <summary>Does something for each name, the others too if one fails.</summary>
    private static async Task<int> EachAsync(IReadOnlyList<string> names, Func<string, CancellationToken, Task> run, ControlScreen screen)
    {
        var failed = false;
        foreach (var name in names)
        {
            try
            {
                var (_, stopped) = await CancelOnSignals.RunAsync(async cancel =>
                {
                    await run(name, cancel);
                    return 0;
                });
                if (stopped is { } status)
                    return status;
            }
            catch (VmImageException error)
            {
                screen.Fail([NamedImageOptions.Problem(error)]);
                failed = true;
            }
            catch (MachineException error)
            {
                screen.Fail([error.Problem]);
                failed = true;
            }
        }

        return failed ? ExitStatus.Failed : 0;
    }
}
