using Vmspawn.Linux;

namespace Vmspawn.Varlink;

/// <summary>The errors that every service may return (<c>org.varlink.service</c>, and systemd's <c>io.systemd</c>).</summary>
public static class ServiceErrors
{
    /// <summary>The interface is not offered.</summary>
    public static VarlinkErrorException InterfaceNotFound(string name) => Of("InterfaceNotFound", "interface", name);

    /// <summary>The interface has no such method.</summary>
    /// <param name="method">Full name.</param>
    public static VarlinkErrorException MethodNotFound(string method) => Of("MethodNotFound", "method", method);

    /// <summary>The method is declared but not implemented.</summary>
    /// <param name="method">Full name.</param>
    public static VarlinkErrorException MethodNotImplemented(string method) => Of("MethodNotImplemented", "method", method);

    /// <summary>A parameter is unknown, missing, of the wrong type or out of range.</summary>
    public static VarlinkErrorException InvalidParameter(string parameter) => Of("InvalidParameter", "parameter", parameter);

    /// <summary>Permission denied.</summary>
    public static VarlinkErrorException PermissionDenied() => new("org.varlink.service.PermissionDenied");

    /// <summary>The method requires the flag <c>more</c>.</summary>
    public static VarlinkErrorException ExpectedMore() => new("org.varlink.service.ExpectedMore");

    /// <summary>The method requires the flag <c>upgrade</c>.</summary>
    public static VarlinkErrorException ExpectedUpgrade() => new("org.varlink.service.ExpectedUpgrade");

    /// <summary>A system call failed with this errno.</summary>
    public static VarlinkErrorException System(Errno errno) => new("io.systemd.System", writer =>
    {
        writer.WriteString("origin"u8, "linux"u8);
        writer.WriteString("errnoName"u8, errno.ToString());
        writer.WriteNumber("errno"u8, (int)errno);
    });

    private static VarlinkErrorException Of(string name, string parameter, string value) =>
        new($"org.varlink.service.{name}", writer => writer.WriteString(parameter, value));
}
