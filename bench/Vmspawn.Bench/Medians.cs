namespace Vmspawn.Bench;

internal static class Medians
{
    public static double Of(List<double> times)
    {
        times.Sort();
        var middle = times.Count / 2;
        return times.Count % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
    }
}
