namespace Messaging.Watching;

/// <summary>
/// How many handlers of each operation of each instance fail a second. Announcements say how many ended a second, and count
/// the failures: the share of these since the announcement before, times that rate, is over the same time. Calls that an
/// instance refused in time are counted by the instance, over the time that it has run.
/// </summary>
internal sealed class FailureRates
{
    private readonly Dictionary<Key, Counted> _counted = [];
    private readonly Dictionary<(string Service, string Instance), Refusals> _refused = [];

    /// <summary>As of no snapshot.</summary>
    public static FailureRates None { get; } = new();

    /// <summary>As of the next snapshot of the catalogue. Instances that are gone are forgotten.</summary>
    public FailureRates Next(IReadOnlyList<ServiceInstance> instances)
    {
        var next = new FailureRates();
        foreach (var instance in instances)
        {
            next._refused[(instance.Service, instance.Instance)] = new Refusals(instance.Refused, instance.Uptime, RefusalRate(instance));
            foreach (var load in instance.Operations)
            {
                var key = new Key(instance.Service, instance.Instance, load.Name);
                next._counted[key] = new Counted(load.Handled, load.Failed, Rate(key, load));
            }
        }

        return next;
    }

    /// <summary>Failures a second.</summary>
    public double Of(ServiceInstance instance, OperationLoad load) =>
        _counted.TryGetValue(new Key(instance.Service, instance.Instance, load.Name), out var counted) ? counted.Rate : 0;

    /// <summary>Calls refused in time a second.</summary>
    public double RefusedOf(ServiceInstance instance) =>
        _refused.TryGetValue((instance.Service, instance.Instance), out var refused) ? refused.Rate : 0;

    private double RefusalRate(ServiceInstance instance)
    {
        if (!_refused.TryGetValue((instance.Service, instance.Instance), out var before))
        {
            return 0;
        }

        var seconds = (instance.Uptime - before.Uptime).TotalSeconds;
        return seconds <= 0 ? before.Rate : Math.Max(0, instance.Refused - before.Count) / seconds;
    }

    private double Rate(in Key key, OperationLoad load)
    {
        if (load.Rate <= 0 || !_counted.TryGetValue(key, out var before))
        {
            return 0;
        }

        // Where nothing new was announced, what was said holds until then.
        var handled = load.Handled - before.Handled;
        return handled <= 0 ? before.Rate : load.Rate * Math.Clamp((load.Failed - before.Failed) / (double)handled, 0, 1);
    }

    private readonly record struct Key(string Service, string Instance, string Operation);

    private readonly record struct Refusals(long Count, TimeSpan Uptime, double Rate);

    private readonly record struct Counted(long Handled, long Failed, double Rate);
}
