using Microsoft.Win32.SafeHandles;
using Vmspawn.Varlink;

namespace Vmspawn.Control.Service;

/// <summary>The parameters of calls about disks.</summary>
internal static class CallArguments
{
    public static string Name(this VarlinkCall call) => call.Parameters.GetProperty("name"u8).GetString()!;

    public static string? OptionalText(this VarlinkCall call, string parameter) => call.Optional(parameter)?.GetString();

    public static bool? OptionalFlag(this VarlinkCall call, string parameter) => call.Optional(parameter)?.GetBoolean();

    /// <summary>The descriptor that <c>fileDescriptorIndex</c> names; owned by whoever it is handed to.</summary>
    /// <exception cref="VarlinkErrorException">None of that index came with the call.</exception>
    public static SafeFileHandle TakeFile(this VarlinkCall call) =>
        call.Descriptors.TryTake(call.Parameters.GetProperty("fileDescriptorIndex"u8).GetInt64(), out var file)
            ? file
            : throw ServiceErrors.InvalidParameter("fileDescriptorIndex");
}
