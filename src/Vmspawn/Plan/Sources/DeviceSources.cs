using System.Text.Json;

namespace Vmspawn.Plan;

/// <summary>A TAP device of the host; one that vmspawn creates is removed with the VM.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Bridge">The bridge that it joins, or null.</param>
internal sealed record TapDevice(string Interface, string? Bridge) : DescriptorSource
{
    internal override string Kind => "tap";

    internal override string? Subject => $"the TAP device {Interface}";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("interface", Interface);
        json.WriteString("bridge", Bridge);
    }
}

/// <summary>The kernel's vsock device, with the guest's context id set.</summary>
/// <param name="Cid">The context id.</param>
/// <param name="IsPassed">It was passed to vmspawn as an open descriptor.</param>
internal sealed record VhostVsockDevice(uint Cid, bool IsPassed) : DescriptorSource
{
    internal override string Kind => "vhost-vsock";

    internal override string? Subject => "the kernel's vsock device";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("cid", Cid);
        json.WriteBoolean("passed", IsPassed);
    }
}

/// <summary>The KVM device that was passed to vmspawn as an open descriptor.</summary>
internal sealed record PassedKvm : DescriptorSource
{
    internal override string Kind => "kvm";

    internal override string? Subject => "the KVM device that was passed";

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteBoolean("passed", true);
    }
}
