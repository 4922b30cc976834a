using Vmspawn.Cli.Declarations;
using Vmspawn.Options;

namespace Vmspawn.Cli;

/// <summary>What a command line may ask about firmware instead of starting a VM.</summary>
internal enum FirmwareQuestion
{
    /// <summary>Which descriptors there are.</summary>
    List,

    /// <summary>Which one would be chosen.</summary>
    Describe,

    /// <summary>Which features there are.</summary>
    Features,
}

/// <summary>Finds the question among the options.</summary>
internal static class FirmwareQuestions
{
    /// <summary>The first one that is asked, or null.</summary>
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
