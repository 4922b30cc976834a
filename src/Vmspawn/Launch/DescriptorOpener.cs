using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vmspawn.Images;
using Vmspawn.Linux;
using Vmspawn.Plan;

namespace Vmspawn.Launch;

/// <summary>Opens what the plan hands to QEMU, and keeps our ends of what has two.</summary>
internal sealed class DescriptorOpener(UndoStack held)
{
    /// <summary>Our end of the monitor's socket.</summary>
    public UnixConnection? Monitor { get; private set; }

    /// <summary>Our end of the console.</summary>
    public PseudoTerminal? Terminal { get; private set; }

    public ChildDescriptor Open(DescriptorPlan plan)
    {
        try
        {
            return new ChildDescriptor(plan.Number, Open(plan.Source));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LaunchException($"open {Describe(plan)}", error.Message, error);
        }
    }

    private SafeHandle Open(DescriptorSource source)
    {
        switch (source)
        {
            case OpenedFile file:
                return OpenFile.Open(file.Path, writable: !file.ReadOnly);
            case AnonymousOverlay overlay:
                var top = new OverlayPlace(overlay.Directory).CreateAnonymous();
                QcowOverlay.Write(top, overlay.VirtualSize);
                return top;
            case JoinedFiles joined:
                return Join(joined);
            case MemoryBytes bytes:
                return MemoryFile.Create("vmspawn", bytes.Content.Span);
            case MonitorSocket:
                var (ours, theirs) = UnixConnection.CreatePair();
                Monitor = held.Add(ours);
                return theirs;
            case ConsoleTerminal:
                Terminal = held.Add(PseudoTerminal.Create());
                return Terminal.Slave;
            default:
                throw new ArgumentOutOfRangeException(nameof(source), source, null);
        }
    }

    private static SafeFileHandle Join(JoinedFiles joined)
    {
        var file = new OverlayPlace(Path.GetTempPath()).CreateAnonymous();
        new InitrdFacts(joined.Paths, 0).WriteTo(file);
        return file;
    }

    private static string Describe(DescriptorPlan plan) => plan.Source switch
    {
        OpenedFile file => file.Path,
        AnonymousOverlay overlay => $"a throw-away overlay in {overlay.Directory}",
        JoinedFiles => "a file for the joined initrds",
        _ => plan.Slot,
    };
}
