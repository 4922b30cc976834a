using Microsoft.Win32.SafeHandles;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary>The parameters of calls about disks.</summary>
internal static class CallArguments
{
    public static string Name(this VarlinkCall call) => call.Parameters.GetProperty("name"u8).GetString()!;

    public static string? OptionalText(this VarlinkCall call, string parameter) => call.Optional(parameter)?.GetString();

    public static bool? OptionalFlag(this VarlinkCall call, string parameter) => call.Optional(parameter)?.GetBoolean();

    /// <summary>The descriptor with the index <c>fileDescriptorIndex</c>; the caller owns it.</summary>
    /// <exception cref="VarlinkErrorException">The call has no descriptor with this index.</exception>
    public static SafeFileHandle TakeFile(this VarlinkCall call) =>
        call.Descriptors.TryTake(call.Parameters.GetProperty("fileDescriptorIndex"u8).GetInt64(), out var file)
            ? file
            : throw ServiceErrors.InvalidParameter("fileDescriptorIndex");
}

/// <summary>Handlers that answer a failed request with an error of their interface.</summary>
internal static class GuardedHandler
{
    /// <param name="method">Answers the call.</param>
    /// <param name="translate">Converts a failure to an error of the interface.</param>
    public static VarlinkHandler Of(Func<VarlinkCall, Task> method, Func<VarlinkCall, VmControlException, Exception> translate) => async call =>
    {
        try
        {
            await method(call).ConfigureAwait(false);
        }
        catch (VmControlException failure)
        {
            throw translate(call, failure);
        }
    };
}
