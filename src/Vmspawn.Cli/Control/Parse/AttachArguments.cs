using Vmspawn.Options;

namespace Vmspawn.Cli.Control.Parse;

/// <summary>Parses <c>attach NAME PATH</c> and <c>attach NAME PROVIDER:VOLUME[:TYPE][:KEY=VALUE,…]</c>.</summary>
internal static class AttachArguments
{
    public static ControlCommand? Read(ControlOptions options, IReadOnlyList<string> operands, ICollection<Problem> problems)
    {
        var (name, what) = (operands[0], operands[1]);
        var isReadOnly = options.ReadOnly || options.Type?.IsReadOnly() == true;
        if (!VolumeText.Looks(what))
        {
            return new AttachCommand(options.Scope, name, what, options.Type, isReadOnly, options.Id ?? StorageIdText.Make(what), options.Json)
            {
                Format = options.Format,
            };
        }

        var parsed = VolumeText.Parse(what);
        if (parsed.Mistake is { } mistake)
        {
            problems.Add(mistake.About(what) with { Hint = $"{mistake.Hint}; a file of that name is ./{what}" });
            return null;
        }

        var volume = parsed.Value;
        if (isReadOnly)
            volume = volume with { ReadOnly = true };
        if (options.Type is { } type)
            volume = volume with { Type = type };
        return new AttachCommand(options.Scope, name, what, volume.Type, volume.ReadOnly == true, options.Id ?? volume.Name, options.Json, volume)
        {
            Format = options.Format,
        };
    }
}
