using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>Where the guest's journal goes.</summary>
/// <param name="Program">Absolute path of systemd-journal-remote(8).</param>
/// <param name="File">Absolute path of the file that takes it.</param>
/// <param name="Wish">Its limits.</param>
/// <param name="Port">The host's vsock port at which it comes in.</param>
internal sealed record JournalSpec(string Program, string File, JournalWish Wish, uint Port);
