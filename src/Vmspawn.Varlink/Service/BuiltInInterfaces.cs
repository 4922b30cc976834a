namespace Vmspawn.Varlink;

/// <summary>The interfaces of every service (varlink.org, Service; the last three errors are systemd's additions).</summary>
internal static class BuiltInInterfaces
{
    public static VarlinkInterface Service { get; } = new(
        "org.varlink.service",
        docs: "What this service is and which interfaces it has.",
        methods:
        [
            new(
                "GetInfo",
                [],
                [
                    new("vendor", VarlinkType.String),
                    new("product", VarlinkType.String),
                    new("version", VarlinkType.String),
                    new("url", VarlinkType.String),
                    new("interfaces", VarlinkType.String.Array(), "Names, this one among them."),
                ],
                Docs: "Who made the service, and its interfaces."),
            new(
                "GetInterfaceDescription",
                [new("interface", VarlinkType.String)],
                [new("description", VarlinkType.String)],
                Docs: "The text of an interface."),
        ],
        errors:
        [
            new("InterfaceNotFound", [new("interface", VarlinkType.String)], "No interface of that name is here."),
            new("MethodNotFound", [new("method", VarlinkType.String)], "The interface has no such method."),
            new("MethodNotImplemented", [new("method", VarlinkType.String)], "The method cannot be used in this way here."),
            new(
                "InvalidParameter",
                [new("parameter", VarlinkType.String)],
                "A parameter is unknown, missing, of the wrong type or out of range."),
            new("PermissionDenied", [], "The caller may not do that."),
            new("ExpectedMore", [], "The method is to be called with the flag 'more'."),
            new("ExpectedUpgrade", [], "The method is to be called with the flag 'upgrade'."),
        ]);

    public static VarlinkInterface System { get; } = new(
        "io.systemd",
        errors:
        [
            new(
                "System",
                [
                    new("origin", VarlinkType.String.Nullable(), "Whose numbers these are: 'linux'."),
                    new("errnoName", VarlinkType.String.Nullable(), "Such as ENOENT."),
                    new("errno", VarlinkType.Int.Nullable()),
                ],
                "The system refused something."),
        ]);
}
