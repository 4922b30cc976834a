using Vmspawn.Plan;

namespace Vmspawn.Spec;

/// <summary>A TPM 2.0.</summary>
/// <param name="Swtpm">Absolute path of swtpm(8).</param>
/// <param name="Driver">QEMU's device on this platform.</param>
/// <param name="StateDirectory">Absolute path of the directory that holds its state.</param>
/// <param name="Maker">What makes a new one that is kept, or null for one that is forgotten with the VM.</param>
internal sealed record TpmSpec(string Swtpm, string Driver, string StateDirectory, TpmMaker? Maker);
