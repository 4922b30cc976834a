using System.Text;
using Vmspawn.Host;
using Vmspawn.Plan.Print;

namespace Vmspawn;

/// <summary>Writes what explains a machine's failure to files.</summary>
internal static class VmReport
{
    /// <summary>Writes all that can be written.</summary>
    /// <param name="directory">Created if it does not exist.</param>
    /// <param name="contents">File names, and what makes their contents.</param>
    /// <returns>The paths of the files that were written.</returns>
    public static async Task<IReadOnlyList<string>> WriteAsync(string directory, params IEnumerable<(string Name, Func<Task<byte[]>> Content)> contents)
    {
        var written = new List<string>();
        foreach (var (name, content) in contents)
        {
            try
            {
                Directory.CreateDirectory(directory);
                var path = Path.Combine(directory, name);
                await File.WriteAllBytesAsync(path, await content().ConfigureAwait(false)).ConfigureAwait(false);
                written.Add(path);
            }
            catch (Exception)
            {
                // The report is about a failure, which must not be replaced by another one; the file is missing in the result.
            }
        }

        return written;
    }

    /// <summary>A text file.</summary>
    public static (string Name, Func<Task<byte[]>> Content) Text(string name, Func<string> text) => (name, () => Task.FromResult(Encoding.UTF8.GetBytes(text())));

    /// <summary>The plan as <c>vmspawn plan --format=json</c> prints it.</summary>
    public static string Json(Plan.VmPlan plan) => JsonText.Of(json => PlanJson.Write(plan, json), indented: true);
}
