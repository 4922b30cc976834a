using System.Text;
using Vmspawn.Firmware;

namespace Vmspawn.Tests.Firmware;

/// <summary>Descriptors as tests need them.</summary>
internal static class SomeFirmware
{
    public static FirmwarePlatform Q35 { get; } = new("x86_64", ["q35", "pc-q35-7.2"]);

    /// <summary>A descriptor's text; firmware files are the platform's by default.</summary>
    public static string Text(
        string features = "", string machines = "\"pc-q35-*\"", string architecture = "x86_64", string interfaces = "\"uefi\"", string? mapping = null) => $$"""
        {
          "description": "for tests",
          "interface-types": [{{interfaces}}],
          "mapping": {{mapping ?? Split("/dev/null", "/dev/null")}},
          "targets": [{ "architecture": "{{architecture}}", "machines": [{{machines}}] }],
          "features": [{{string.Join(", ", features.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => $"\"{name}\""))}}],
          "tags": []
        }
        """;

    public static string Split(string code, string template) => $$"""
        { "device": "flash", "executable": { "filename": "{{code}}", "format": "raw" }, "nvram-template": { "filename": "{{template}}", "format": "raw" } }
        """;

    public static string Stateless(string code) => $$"""
        { "device": "flash", "mode": "stateless", "executable": { "filename": "{{code}}", "format": "raw" } }
        """;

    public static string Memory(string path) => $$"""{ "device": "memory", "filename": "{{path}}" }""";

    public static FirmwareDescriptor Read(string text, string origin = "/a.json") =>
        DescriptorReader.Read(origin, Encoding.UTF8.GetBytes(text), out var error) ?? throw new InvalidOperationException(error);

    /// <summary>A catalog of these, named <c>/0.json</c>, <c>/1.json</c>…</summary>
    public static FirmwareCatalog Catalog(params string[] texts) =>
        new([.. texts.Select((text, i) => Read(text, $"/{i}.json"))], [], ["/somewhere"]);
}
