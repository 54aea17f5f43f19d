using Messaging.Watching;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Dashboard.Tests;

/// <summary>A fleet with a past of a quarter of an hour, for pictures: a morning's load with a deployment in it.</summary>
internal sealed class BusyDay : TimeProvider
{
    private const int Steps = 450;

    private TimeSpan _offset;
    private readonly Dictionary<string, (long Handled, long Failed)> _counts = new(StringComparer.Ordinal);

    public ToldFleet Fleet { get; } = new();

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _offset;

    public void Register(IServiceCollection services) =>
        services.AddSingleton<TimeProvider>(this).AddSingleton<IServiceCatalogue>(Fleet).AddSingleton<IServiceQueues>(Fleet);

    public void Fill(IServiceProvider services)
    {
        var catalogue = services.GetRequiredService<CatalogueWatch>();
        var queues = services.GetRequiredService<QueueWatch>();
        var sampler = services.GetRequiredService<Sampler>();
        for (var step = 0; step < Steps; step++)
        {
            _offset = (step - Steps) * Sampler.Step;
            Tell(step);
            Assert.True(catalogue.LookAsync(CancellationToken.None).IsCompletedSuccessfully);
            Assert.True(queues.LookAsync(CancellationToken.None).IsCompletedSuccessfully);
            sampler.Take();
        }

        _offset = TimeSpan.Zero;
        Tell(Steps);
    }

    private void Tell(int step)
    {
        // Waves of different lengths, so that nothing looks drawn with a ruler.
        double Wave(double length, double shift = 0) => Math.Sin(((step + shift) / length) + (0.35 * Math.Sin(step / 11.0)));
        var jam = Math.Exp(-Math.Pow((step - 290) / 26.0, 2));
        var instances = new List<ServiceInstance>();
        for (var number = 1; number <= 3; number++)
        {
            var isGone = number == 3 && step is > 270 and < 310;
            if (!isGone)
            {
                instances.Add(Instance("shop", number, 8, (int)(3 + (2 * jam) + Math.Abs(2 * Wave(9, number))), step,
                [
                    ("Quote", OperationKind.Call, 118 + (22 * Wave(40, number * 3)) + (5 * Wave(3, number)), 1.6 + (0.4 * Wave(7)) + (2 * jam), 7.5 + (2.5 * Wave(6, number)) + (26 * jam), 0.004),
                    ("Ship", OperationKind.Command, 14 + (4 * Wave(25, number)), 22 + (3 * Wave(11)), 61 + (9 * Wave(5, number)), 0.02 + (0.10 * jam)),
                    ("Watch", OperationKind.ReplyStream, 0.4, 4200, 9100, 0),
                    ("Import", OperationKind.RequestStream, 0, 0, 0, 0),
                ]));
            }
        }

        instances.Add(Instance("billing", 1, 4, 1, step, [("Charge", OperationKind.Call, 9 + (2 * Wave(30)), 44 + (6 * Wave(13)), 120 + (18 * Wave(8)), 0)]));
        instances.Add(Instance("billing", 2, 4, 1, step, [("Charge", OperationKind.Call, 8 + (2 * Wave(28, 5)), 41 + (6 * Wave(12)), 115 + (18 * Wave(7)), 0)]) with { Draining = step > 440 });
        instances.Add(Instance("mail", 1, 16, 3, step, [("Send", OperationKind.Command, 31 + (9 * Wave(50)), 12 + (2 * Wave(10)), 33 + (5 * Wave(9)), 0)]));
        Fleet.Instances = instances;
        Fleet.SetQueues("billing", 0, 0, 0, 2);
        Fleet.SetQueues("mail", 0, (long)Math.Max(0, 18 + (14 * Wave(35))), step < 300 ? 1 : 2, 1);
        Fleet.SetQueues("shop", (long)(jam * 40), (long)((jam * 420) + Math.Max(0, 6 * Wave(12))), step < 280 ? 2 : step < 300 ? 4 : 6, 3);
    }

    private ServiceInstance Instance(
        string service, int number, int concurrency, int running, int step, (string Name, OperationKind Kind, double Rate, double Median, double Percentile, double Failing)[] operations) => new()
        {
            Service = service,
            Instance = $"{service}-{number}-7f3c{number}a",
            Host = $"{service}-{number}",
            ProcessId = 1,
            Version = number == 3 ? "1.8.0" : "1.7.2",
            Uptime = number == 3 ? TimeSpan.FromSeconds(Math.Max(4, (step - 310) * 2)) : TimeSpan.FromHours(31 * number),
            Concurrency = concurrency,
            Running = running,
            LastSeen = GetUtcNow(),
            Operations =
            [
                .. operations.Select(operation => new OperationLoad
                {
                    Name = operation.Name,
                    Kind = operation.Kind,
                    Handled = Count($"{service}{number}{operation.Name}", operation.Rate, operation.Failing).Handled,
                    Failed = _counts[$"{service}{number}{operation.Name}"].Failed,
                    Rate = operation.Rate,
                    Median = operation.Rate > 0 ? TimeSpan.FromMilliseconds(operation.Median) : null,
                    Percentile99 = operation.Rate > 0 ? TimeSpan.FromMilliseconds(operation.Percentile) : null,
                }),
            ],
        };

    private (long Handled, long Failed) Count(string key, double rate, double failing)
    {
        var (handled, failed) = _counts.GetValueOrDefault(key);
        return _counts[key] = (handled + (long)(rate * 200), failed + (long)(rate * 200 * failing));
    }
}
