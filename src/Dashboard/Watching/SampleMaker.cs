namespace Messaging.Watching;

/// <summary>Sums instances up to services, and services up to all of them.</summary>
internal static class SampleMaker
{
    /// <summary>What all services together are called, which no service can be.</summary>
    public const string TotalName = "*";

    // What one page shows of a large service; its sums are of all.
    private const int MaxInstances = 250;

    public static (ServiceRow Total, IReadOnlyList<ServiceRow> Services) Sum(
        IReadOnlyList<string> names, IReadOnlyList<ServiceInstance> instances, FailureRates failures, Func<string, QueueLook> look)
    {
        var byService = instances.ToLookup(static instance => instance.Service, StringComparer.Ordinal);
        var services = names.Select(name => Sum(name, byService[name], failures, look(name))).ToList();
        var total = Sum(TotalName, instances, failures, QueueLook.None) with
        {
            Waiting = Add(services.Select(static service => service.Waiting)),
            Dead = Add(services.Select(static service => service.Dead)),
        };
        return (total, services);
    }

    public static ServiceSnapshot Describe(Sample sample, string name, QueueLook look)
    {
        var own = sample.Instances.Where(instance => string.Equals(instance.Service, name, StringComparison.Ordinal)).ToList();
        var operations = new OrderedDictionary<string, OperationSum>(StringComparer.Ordinal);
        foreach (var instance in own)
        {
            foreach (var load in instance.Operations)
            {
                if (!operations.TryGetValue(load.Name, out var sum))
                {
                    operations[load.Name] = sum = new OperationSum(load.Kind, inAll: false);
                }

                sum.Add(load, sample.Failures.Of(instance, load));
            }
        }

        var row = sample.Fleet.Services.FirstOrDefault(service => string.Equals(service.Name, name, StringComparison.Ordinal))
            ?? Sum(name, own, sample.Failures, look);
        return new ServiceSnapshot(
            sample.Fleet.Number, sample.Fleet.At, sample.Fleet.IsKnown, sample.Fleet.Trouble, row, sample.Fleet.Total.Dead,
            [.. operations.Select(static pair => pair.Value.ToRow(pair.Key))],
            [.. own.Take(MaxInstances).Select(instance => Row(instance, sample))],
            look.Queues);
    }

    private static ServiceRow Sum(string name, IEnumerable<ServiceInstance> instances, FailureRates failures, QueueLook look)
    {
        var (count, draining, running, concurrency) = (0, 0, 0, 0);
        var refused = 0.0;
        var sum = new OperationSum(OperationKind.Call, inAll: true);
        foreach (var instance in instances)
        {
            count++;
            draining += instance.Draining ? 1 : 0;
            running += instance.Running;
            concurrency += instance.Concurrency;
            refused += failures.RefusedOf(instance);
            foreach (var load in instance.Operations)
            {
                sum.Add(load, failures.Of(instance, load));
            }
        }

        return new ServiceRow
        {
            Name = name,
            Instances = count,
            Draining = draining,
            Running = running,
            Concurrency = concurrency,
            Rate = sum.Rate,
            Failures = sum.Failures,
            Refused = Math.Round(refused, 3),
            Median = sum.Mix.Median,
            Percentile99 = sum.Mix.Percentile99,
            Waiting = look.Queues?.Where(static queue => queue.Purpose != QueuePurpose.DeadLetters).Sum(static queue => queue.Messages),
            Dead = look.Queues?.Where(static queue => queue.Purpose == QueuePurpose.DeadLetters).Sum(static queue => queue.Messages),
            Trouble = look.Trouble,
        };
    }

    private static InstanceRow Row(ServiceInstance instance, Sample sample)
    {
        var sum = new OperationSum(OperationKind.Call, inAll: true);
        foreach (var load in instance.Operations)
        {
            sum.Add(load, sample.Failures.Of(instance, load));
        }

        return new InstanceRow
        {
            Instance = instance.Instance,
            Host = instance.Host,
            ProcessId = instance.ProcessId,
            Version = instance.Version,
            UptimeSeconds = Math.Round(instance.Uptime.TotalSeconds),
            SilentSeconds = Math.Max(0, Math.Round((sample.Fleet.At - instance.LastSeen.ToUnixTimeMilliseconds()) / 1000.0, 1)),
            Concurrency = instance.Concurrency,
            Running = instance.Running,
            Draining = instance.Draining,
            Rate = sum.Rate,
            Failures = sum.Failures,
            Refused = Math.Round(sample.Failures.RefusedOf(instance), 3),
            Median = sum.Mix.Median,
            Percentile99 = sum.Mix.Percentile99,
        };
    }

    private static long? Add(IEnumerable<long?> values)
    {
        long? sum = null;
        foreach (var value in values)
        {
            sum = value is null ? sum : (sum ?? 0) + value;
        }

        return sum;
    }

    /// <param name="kind">Of the operation; of no matter for several.</param>
    /// <param name="inAll">Whether it sums several operations. A stream lasts as long as somebody reads it, and says nothing of the others' latency.</param>
    private sealed class OperationSum(OperationKind kind, bool inAll)
    {
        private LatencyMix _mix;
        private double _rate;
        private double _failures;
        private long _handled;
        private long _failed;

        public double Rate => Math.Round(_rate, 3);

        public double Failures => Math.Round(_failures, 3);

        public LatencyMix Mix => _mix;

        public void Add(OperationLoad load, double failures)
        {
            if (!inAll || load.Kind is OperationKind.Call or OperationKind.Command)
            {
                _mix.Add(load);
            }

            _rate += load.Rate;
            _failures += failures;
            _handled += load.Handled;
            _failed += load.Failed;
        }

        public OperationRow ToRow(string name) => new(name, kind, Rate, Failures, _mix.Median, _mix.Percentile99, _handled, _failed);
    }
}
