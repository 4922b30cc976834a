using Vmspawn.Images;
using Vmspawn.Options;

namespace Vmspawn.Resolve;

/// <summary>Probes the template of <c>--template=</c>, and checks whether the child matches it.</summary>
/// <param name="Path">Absolute path of the template.</param>
/// <param name="Image">The template's facts.</param>
internal sealed record TemplateResolver(string Path, ImageFacts Image)
{
    private static string Subject(TemplateImage request) => $"--template={request.Path}";

    /// <summary>Probes it; null with the reason in <paramref name="problems"/>.</summary>
    public static async Task<TemplateResolver?> LookAsync(TemplateImage request, List<Problem> problems, CancellationToken cancel)
    {
        var subject = Subject(request);
        if (ImageProbe.Probe(subject, request.Path, request.Format, write: false, problems) is not { } image)
            return null;
        await ImageLock.CheckAsync(subject, image, write: false, problems, cancel).ConfigureAwait(false);
        var template = new TemplateResolver(System.IO.Path.GetFullPath(request.Path), image);
        if (template.Facts.IsNameable)
            return template;
        problems.Add(new Problem("template-path", subject, "its path is longer than the header of a child has room for, 1023 bytes"));
        return null;
    }

    /// <summary>The record of it for a child's header.</summary>
    public TemplateFacts Facts => new(Path, Image.Format, Image.Stamp);

    /// <summary>The files below a child, nearest first.</summary>
    public IReadOnlyList<BackingFacts> Backing =>
        [new BackingFacts(Path, Image.Format, Image.IsBlockDevice, Image.Identity), .. Image.Backing];

    /// <summary>Refuses a child of another image.</summary>
    public void CheckChild(string subject, ImageFacts child, List<Problem> problems)
    {
        if (child.Backing is [var below, ..] && below.Identity == Image.Identity)
            return;
        var what = child.Backing is [var other, ..] ? $"it is a child of {other.Path}" : "it is no child of any image";
        problems.Add(new Problem("template-other", subject, $"{what}, not of {Path}", "leave --template= out to boot it as it is"));
    }
}
