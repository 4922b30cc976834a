using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Takes a call from its name to its answer: finds the method, checks what was asked, runs the handler.</summary>
internal sealed class RunningCall(VarlinkService service, VarlinkServerOptions options, ReplySender sender)
{
    /// <returns>Whether the connection was handed over.</returns>
    public async Task<bool> AnswerAsync(CallRequest request, ReceivedDescriptors descriptors, PeerWatch watch)
    {
        VarlinkCall? call = null;
        try
        {
            var handler = Admit(request, out var method);
            call = new VarlinkCall(request, method, descriptors, sender, watch);
            var handling = handler(call);
            // Most calls are answered at once, and need no watch.
            if (!handling.IsCompleted)
                watch.Start(readAhead: !request.Upgrade);
            await handling;
            if (!call.IsAnswered && !request.OneWay)
                throw new InvalidOperationException($"The handler of {request.Method} ended without a reply.");
        }
        catch (VarlinkErrorException e) when (call is not { IsAnswered: true })
        {
            await FailAsync(request, e);
            return false;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && (sender.Broken is not null || watch.Gone.IsCancellationRequested))
        {
            // Nobody is left to be told.
        }
        catch (Exception e)
        {
            await FailOddlyAsync(request, e, call is { IsAnswered: true });
        }
        return request.Upgrade && call is { IsAnswered: true };
    }

    private VarlinkHandler Admit(CallRequest request, out VarlinkMethod method)
    {
        (var face, method, var handler) = service.Find(request.Method);
        if (ParameterCheck.FindProblem(face, method.Input, request.Parameters) is { } wrong)
            throw ServiceErrors.InvalidParameter(wrong);
        if (!request.More && (method.Flags & VarlinkMethodFlags.RequiresMore) != 0)
            throw ServiceErrors.ExpectedMore();
        if (!request.Upgrade && (method.Flags & VarlinkMethodFlags.RequiresUpgrade) != 0)
            throw ServiceErrors.ExpectedUpgrade();
        // Its sender would go on in another protocol after any other answer but an error.
        return request.Upgrade && !method.TakesUpgrade ? throw ServiceErrors.MethodNotImplemented(request.Method) : handler;
    }

    private async Task FailAsync(CallRequest request, VarlinkErrorException error)
    {
        try
        {
            await sender.FailAsync(request, error);
        }
        catch (InvalidOperationException e)
        {
            await FailOddlyAsync(request, e, answered: false);
        }
        catch (IOException)
        {
            // The sender keeps the reason.
        }
    }

    // The caller learns that it failed and, if the system said so, why; the owner of the server learns the rest.
    private async Task FailOddlyAsync(CallRequest request, Exception failure, bool answered)
    {
        options.HandlerFailed?.Invoke(request.Method, failure);
        if (answered)
            return;
        try
        {
            await sender.FailAsync(request, ServiceErrors.System(ErrnoOf(failure)));
        }
        catch (IOException)
        {
            // The sender keeps the reason.
        }
    }

    private static Errno ErrnoOf(Exception failure) => failure switch
    {
        LinuxException linux => linux.Errno,
        FileNotFoundException or DirectoryNotFoundException => Errno.ENOENT,
        UnauthorizedAccessException => Errno.EACCES,
        _ => Errno.EIO,
    };
}
