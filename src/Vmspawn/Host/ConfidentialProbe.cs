using System.Runtime.Intrinsics.X86;

namespace Vmspawn.Host;

/// <summary>Looks at what the host says of confidential guests; starts none.</summary>
internal static class ConfidentialProbe
{
    /// <summary>Where Intel's Quote Generation Service listens.</summary>
    private const string QuoteSocket = "/run/tdx-qgs/qgs.socket";

    // Of CPUID (AMD64 Architecture Programmer's Manual, volume 3, appendix E).
    private const int ExtendedLeaves = unchecked((int)0x80000000);
    private const int EncryptionLeaf = unchecked((int)0x8000001f);
    private const int EncryptionBitMask = 0x3f;

    public static ConfidentialHost Look() => new(
        Text(ConfidentialHost.SevSnpParameter),
        Text(ConfidentialHost.TdxParameter),
        DeviceFile.Look(ConfidentialHost.SevDevicePath),
        EncryptionBit(),
        Path.Exists(QuoteSocket) ? QuoteSocket : null);

    private static int? EncryptionBit()
    {
        if (!X86Base.IsSupported || unchecked((uint)X86Base.CpuId(ExtendedLeaves, 0).Eax) < unchecked((uint)EncryptionLeaf))
            return null;
        var bit = X86Base.CpuId(EncryptionLeaf, 0).Ebx & EncryptionBitMask;
        return bit == 0 ? null : bit;
    }

    private static string? Text(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
