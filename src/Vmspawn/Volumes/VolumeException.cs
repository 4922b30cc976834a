using Vmspawn.Linux;
using Vmspawn.Varlink;

namespace Vmspawn.Volumes;

/// <summary>A storage provider did not give what was asked for.</summary>
internal sealed class VolumeException : IOException
{
    /// <param name="reason">Why, in words.</param>
    public VolumeException(string reason)
        : base(reason)
    {
    }

    /// <summary>What a failed call means; null for a failure that is none of the provider's.</summary>
    public static VolumeException? Of(string volume, Exception error) => error switch
    {
        VarlinkErrorException refusal => new VolumeException(Words(volume, refusal)),
        LinuxException { Errno: Errno.ENOENT or Errno.ECONNREFUSED or Errno.ENOTDIR } failure =>
            new VolumeException($"no such storage provider serves here: there is no {failure.Subject}"),
        VarlinkDisconnectedException or TimeoutException or LinuxException => new VolumeException(error.Message),
        _ => null,
    };

    private static string Words(string volume, VarlinkErrorException refusal) => refusal.Name[(refusal.Name.LastIndexOf('.') + 1)..] switch
    {
        "NoSuchVolume" => $"there is no volume {volume}",
        "VolumeExists" => $"there is a volume {volume} already, and create=new wants none",
        "NoSuchTemplate" => "there is no such template",
        "BadTemplate" => "that template does not suit a volume of this kind",
        "TypeNotSupported" or "WrongType" => "it has no such volume as a disk needs: a regular file or a block device",
        "CreateNotSupported" => $"there is no volume {volume}, and the provider makes none of this kind",
        "CreateSizeRequired" => $"there is no volume {volume}, and size= is needed to make it",
        "ReadOnlyVolume" => "it can only be read (say read-only=yes)",
        "PermissionDenied" => "its provider does not let us",
        "InvalidParameter" => $"its provider does not accept this: {refusal.Message}",
        _ => $"its provider refused with {refusal.Message}",
    };
}
