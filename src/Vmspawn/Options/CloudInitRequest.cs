namespace Vmspawn.Options;

/// <summary>A request for a cloud-init seed disk.</summary>
/// <param name="UserData">A file of user data, a directory of files by cloud-init's names, or null for none.</param>
public sealed record CloudInitRequest(string? UserData);
