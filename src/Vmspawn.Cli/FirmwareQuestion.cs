using Vmspawn.Cli.Declarations;

namespace Vmspawn.Cli;

/// <summary>A query about firmware, instead of starting a VM.</summary>
internal enum FirmwareQuestion
{
    /// <summary>List the descriptors.</summary>
    List,

    /// <summary>Print the descriptor that would be chosen.</summary>
    Describe,

    /// <summary>List the features.</summary>
    Features,
}

/// <summary>Finds the query in the options.</summary>
internal static class FirmwareQuestions
{
    /// <summary>The first query, or null.</summary>
    public static FirmwareQuestion? Of(IEnumerable<GivenOption<VmOption>> given)
    {
        foreach (var (option, value) in given)
        {
            switch (option.Name, value)
            {
                case (FirmwareOptions.Firmware, FirmwareText.List):
                    return FirmwareQuestion.List;
                case (FirmwareOptions.Firmware, FirmwareText.Describe):
                    return FirmwareQuestion.Describe;
                case (FirmwareOptions.Features, FirmwareFeaturesText.List):
                    return FirmwareQuestion.Features;
            }
        }

        return null;
    }
}
