using System.Runtime.InteropServices;

namespace Vmspawn.Linux;

/// <summary>
/// sd-bus(3) of libsystemd, which is optional and loaded at the first call. Only functions without
/// variable arguments.
/// </summary>
internal static partial class LibSystemd
{
    public const string Library = "libsystemd.so.0";

    /// <summary>sd_bus_error: two strings and a flag that tells whether they are freed.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Error
    {
        public nint Name;
        public nint Message;
        public int NeedFree;
    }

    [LibraryImport(Library, EntryPoint = "sd_bus_open_system")]
    public static partial int OpenSystem(out BusHandle bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_open_user")]
    public static partial int OpenUser(out BusHandle bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_flush_close_unref")]
    public static partial nint CloseBus(nint bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_fd")]
    public static partial int GetDescriptor(BusHandle bus);

    [LibraryImport(Library, EntryPoint = "sd_bus_get_unique_name")]
    public static unsafe partial int GetUniqueName(BusHandle bus, nint* name);

    [LibraryImport(Library, EntryPoint = "sd_bus_process")]
    public static partial int Process(BusHandle bus, out BusMessageHandle message);

    [LibraryImport(Library, EntryPoint = "sd_bus_call")]
    public static unsafe partial int Call(BusHandle bus, BusMessageHandle message, ulong microseconds, Error* error, out BusMessageHandle reply);

    [LibraryImport(Library, EntryPoint = "sd_bus_error_free")]
    public static unsafe partial void FreeError(Error* error);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_new_method_call", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int NewMethodCall(
        BusHandle bus, out BusMessageHandle message, string destination, string path, string face, string member);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_unref")]
    public static partial nint FreeMessage(nint message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_basic")]
    public static unsafe partial int Append(BusMessageHandle message, byte type, void* value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_array")]
    public static unsafe partial int AppendArray(BusMessageHandle message, byte type, byte* items, nuint size);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_open_container", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenContainer(BusMessageHandle message, byte type, string contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_close_container")]
    public static partial int CloseContainer(BusMessageHandle message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_peek_type")]
    public static unsafe partial int PeekType(BusMessageHandle message, byte* type, nint* contents);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_read_basic")]
    public static unsafe partial int Read(BusMessageHandle message, byte type, void* value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_interface")]
    public static partial nint GetInterface(BusMessageHandle message);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_get_member")]
    public static partial nint GetMember(BusMessageHandle message);
}

/// <summary>A reference to an sd_bus.</summary>
internal sealed class BusHandle : SafeHandle
{
    public BusHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibSystemd.CloseBus(handle);
        return true;
    }
}

/// <summary>A reference to an sd_bus_message.</summary>
internal sealed class BusMessageHandle : SafeHandle
{
    public BusMessageHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibSystemd.FreeMessage(handle);
        return true;
    }
}
