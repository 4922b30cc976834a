using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>Runs a call: finds the method, checks the parameters, runs the handler.</summary>
internal sealed class RunningCall(VarlinkService service, VarlinkServerOptions options, ReplySender sender)
{
    /// <returns>Whether the connection was upgraded.</returns>
    public async Task<bool> AnswerAsync(CallRequest request, ReceivedDescriptors descriptors, PeerWatch watch)
    {
        VarlinkCall? call = null;
        try
        {
            var handler = Admit(request);
            call = new VarlinkCall(request, descriptors, sender, watch);
            var handling = handler(call);
            // Most calls complete synchronously and need no watch.
            if (!handling.IsCompleted)
                watch.Start(readAhead: !request.Upgrade);
            await handling.ConfigureAwait(false);
            if (!call.IsAnswered && !request.OneWay)
                throw new InvalidOperationException($"The handler of {request.Method} ended without a reply.");
        }
        catch (VarlinkErrorException e) when (call is not { IsAnswered: true })
        {
            await FailAsync(request, e).ConfigureAwait(false);
            return false;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && (sender.Broken is not null || watch.Gone.IsCancellationRequested))
        {
            // The caller has disconnected.
        }
        catch (Exception e)
        {
            await FailOddlyAsync(request, e, call is { IsAnswered: true }).ConfigureAwait(false);
        }
        return request.Upgrade && call is { IsAnswered: true };
    }

    private VarlinkHandler Admit(CallRequest request)
    {
        var (face, method, handler) = service.Find(request.Method);
        if (ParameterCheck.FindProblem(face, method.Input, request.Parameters) is { } wrong)
            throw ServiceErrors.InvalidParameter(wrong);
        if (!request.More && (method.Flags & VarlinkMethodFlags.RequiresMore) != 0)
            throw ServiceErrors.ExpectedMore();
        if (!request.Upgrade && (method.Flags & VarlinkMethodFlags.RequiresUpgrade) != 0)
            throw ServiceErrors.ExpectedUpgrade();
        // After any answer other than an error, its sender would continue in another protocol.
        return request.Upgrade && !method.TakesUpgrade ? throw ServiceErrors.MethodNotImplemented(request.Method) : handler;
    }

    private async Task FailAsync(CallRequest request, VarlinkErrorException error)
    {
        try
        {
            await sender.FailAsync(request, error).ConfigureAwait(false);
        }
        catch (InvalidOperationException e)
        {
            await FailOddlyAsync(request, e, answered: false).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The reply sender has recorded the failure.
        }
    }

    // The caller gets an error, with the errno of a failed system call; the server's owner gets the exception.
    private async Task FailOddlyAsync(CallRequest request, Exception failure, bool answered)
    {
        options.HandlerFailed?.Invoke(request.Method, failure);
        if (answered)
            return;
        try
        {
            await sender.FailAsync(request, ServiceErrors.System(ErrnoOf(failure))).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The reply sender has recorded the failure.
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
