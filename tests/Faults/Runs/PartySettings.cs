using System.Globalization;
using Messaging.Testing.Proxying;

namespace Messaging.Faults.Runs;

/// <summary>What the processes of a run are told: configuration as on any host's command line.</summary>
internal static class PartySettings
{
    private const string Worker = $"Messaging:Workers:{IProbe.Name}:";

    /// <summary>The settings of one process.</summary>
    /// <param name="options">The run's.</param>
    /// <param name="mischief">How often its code and observers throw.</param>
    /// <param name="proxies">Through which it reaches the broker.</param>
    /// <param name="number">How many there were before it, which makes its choices its own.</param>
    public static IEnumerable<KeyValuePair<string, string>> Of(RunOptions options, double mischief, IReadOnlyList<FaultProxy> proxies, int number)
    {
        for (var node = 0; node < proxies.Count; node++)
        {
            yield return new(string.Create(CultureInfo.InvariantCulture, $"Messaging:RabbitMq:Endpoints:{node}"), string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{proxies[node].Port}"));
        }

        yield return new("Messaging:RabbitMq:Heartbeat", "00:00:02");
        yield return new("Party:Seed", Text(options.Seed + number));
        yield return new("Party:Handling", Text(options.Handling));
        yield return new("Party:MaxUnderWay", Text(options.MaxUnderWay));
        yield return new("Party:CallShare", Text(options.CallShare));
        yield return new("Party:Variety", Text(options.Variety));
        yield return new("Party:Failing", Text(options.Failing));
        yield return new("Party:Slow", Text(options.Slow));
        yield return new("Party:SlowHandling", Text(options.SlowHandling));
        yield return new("Party:Mischief", Text(mischief));
        yield return new("Party:Inbox", options.Inbox.ToString());
        yield return new(Worker + "CommandDeliveryLimit", Text(options.DeliveryLimit));
        if (options.Concurrency > 0)
        {
            yield return new(Worker + "Concurrency", Text(options.Concurrency));
        }

        yield return new("Party:Idempotent", options.Idempotent.ToString());
        if (options.CallQueue is { } queue)
        {
            yield return new(Worker + "CallQueue", queue.ToString());
        }

        if (options.Failing > 0 || options.Mischief > 0)
        {
            // Short, so that commands walk through the delays in numbers, and a run ends soon after its load.
            yield return new(Worker + "CommandRetry:MaxAttempts", "5");
            yield return new(Worker + "CommandRetry:BaseDelay", "00:00:01");
            yield return new(Worker + "CommandRetry:MaxDelay", "00:00:02");
        }

        if (options.Slow > 0 || options.Mischief > 0)
        {
            // Texts of exceptions travel, which are then long, or say that a handler was stopped.
            yield return new(Worker + "IncludeExceptionDetails", "true");
        }

        if (options.Slow > 0)
        {
            yield return new(Worker + "CommandConcurrency", "64");
        }

        if (options.DrainTimeout is { } drain)
        {
            yield return new(Worker + "DrainTimeout", Text(drain));
        }
    }

    private static string Text(IFormattable value) => value.ToString(value is TimeSpan ? "c" : null, CultureInfo.InvariantCulture);
}
