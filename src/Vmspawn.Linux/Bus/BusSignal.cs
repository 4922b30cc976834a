namespace Vmspawn.Linux;

/// <summary>A signal from the bus.</summary>
/// <param name="Interface">Its interface.</param>
/// <param name="Member">Its name.</param>
/// <param name="Values">Its values; valid until the handler returns.</param>
public readonly record struct BusSignal(string Interface, string Member, BusReply Values);
