using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>A network card of the guest.</summary>
/// <param name="Index">Its place among the cards, from 0.</param>
/// <param name="Link">What it is plugged into.</param>
/// <param name="Mac">Its address, or null for QEMU's.</param>
internal sealed record NicSpec(int Index, NicLink Link, string? Mac)
{
    /// <summary>For whom its port is, in words.</summary>
    public string Owner => Link is TapLink tap ? $"network {tap.Interface}" : "user network";
}

/// <summary>What a card is plugged into.</summary>
internal abstract record NicLink;

/// <summary>A network in user space.</summary>
/// <param name="Published">Ports of the host that lead in; none is 0.</param>
/// <param name="Passt">Path of passt(1), or null for QEMU's own.</param>
internal sealed record UserLink(IReadOnlyList<PublishedPort> Published, string? Passt = null) : NicLink;

/// <summary>A TAP device of the host.</summary>
/// <param name="Interface">Its name.</param>
/// <param name="Bridge">The bridge that it joins, or null.</param>
/// <param name="HasVhost">The kernel moves its packets (<c>/dev/vhost-net</c>).</param>
internal sealed record TapLink(string Interface, string? Bridge, bool HasVhost) : NicLink;
