using System.Text.Json;

namespace Vmspawn.Control.MonitorShare;

/// <summary>Checks the arguments of <c>qmp_capabilities</c> (qapi/control.json), with QEMU's error messages. No capability is offered.</summary>
internal static class QmpShareCapabilities
{
    public static string? FindProblem(JsonElement? arguments)
    {
        if (arguments is not { } given)
            return null;
        foreach (var member in given.EnumerateObject())
        {
            if (!member.NameEquals("enable"u8))
                return $"Parameter '{member.Name}' is unexpected";
            if (FindProblemOfList(member.Value) is { } problem)
                return problem;
        }

        return null;
    }

    private static string? FindProblemOfList(JsonElement enable)
    {
        if (enable.ValueKind != JsonValueKind.Array)
            return "Invalid parameter type for 'enable', expected: array";
        var index = 0;
        foreach (var wanted in enable.EnumerateArray())
        {
            if (wanted.ValueKind != JsonValueKind.String)
                return $"Invalid parameter type for 'enable[{index}]', expected: string";
            if (!wanted.ValueEquals("oob"u8))
                return $"Parameter 'enable[{index}]' does not accept value '{wanted.GetString()}'";
            index++;
        }

        return index == 0 ? null : "Capability oob not available";
    }
}
