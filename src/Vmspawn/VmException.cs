namespace Vmspawn;

/// <summary>A failure of a machine. The message is a sentence for people; the types and their members are for programs.</summary>
public abstract class VmException : Exception
{
    private protected VmException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
