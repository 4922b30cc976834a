using Vmspawn.Options;

namespace Vmspawn.Spec;

/// <summary>How the host is kept from reading the guest.</summary>
/// <param name="Technique">By what.</param>
/// <param name="EncryptionBit">Which bit of an address says that the page is encrypted (SEV-SNP).</param>
/// <param name="QuoteSocket">Path of the service that signs the guest's reports (TDX); null for its vsock port.</param>
internal sealed record ConfidentialSpec(ConfidentialTechnique Technique, int EncryptionBit, string? QuoteSocket);
