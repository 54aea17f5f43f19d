using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

internal sealed class WorkerOptionsValidator : IValidateOptions<WorkerOptions>
{
    private const int MaxConcurrency = 10_000;

    private static readonly TimeSpan _maxDrain = TimeSpan.FromHours(1);
    private static readonly TimeSpan _minExpiry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _maxExpiry = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        var failures = new List<string>();
        void Require(bool holds, string option, object value, string rule)
        {
            if (!holds)
            {
                failures.Add($"Messaging:Workers:{name}: {option} is {value}; {rule}.");
            }
        }

        Require(options.Concurrency is >= 1 and <= MaxConcurrency, nameof(options.Concurrency), options.Concurrency, "set it from 1 to 10,000");
        Require(options.CommandConcurrency is >= 1 and <= MaxConcurrency, nameof(options.CommandConcurrency), options.CommandConcurrency, "set it from 1 to 10,000");
        Require(
            options.Prefetch == 0 || (options.Prefetch >= options.Concurrency && options.Prefetch <= ushort.MaxValue),
            nameof(options.Prefetch), options.Prefetch, $"set it to 0 (a quarter above the concurrency) or from Concurrency ({options.Concurrency}) to 65,535");
        Require(
            options.CommandPrefetch == 0 || (options.CommandPrefetch >= options.CommandConcurrency && options.CommandPrefetch <= ushort.MaxValue),
            nameof(options.CommandPrefetch), options.CommandPrefetch, $"set it to 0 (a quarter above the concurrency) or from CommandConcurrency ({options.CommandConcurrency}) to 65,535");
        Require(options.DrainTimeout >= TimeSpan.Zero && options.DrainTimeout <= _maxDrain, nameof(options.DrainTimeout), options.DrainTimeout, "set it from zero to one hour");
        Require(
            options.CallQueueExpiry >= _minExpiry && options.CallQueueExpiry <= _maxExpiry,
            nameof(options.CallQueueExpiry), options.CallQueueExpiry, "set it from one second to one day");
        Require(options.CallQueue is CallQueueType.Classic or CallQueueType.Quorum, nameof(options.CallQueue), options.CallQueue, "set it to Classic or Quorum");
        Require(options.CommandDeliveryLimit is >= 1 and <= 1000, nameof(options.CommandDeliveryLimit), options.CommandDeliveryLimit, "set it from 1 to 1,000");
        foreach (var prefix in options.ReplyToPrefixes)
        {
            Require(!string.IsNullOrWhiteSpace(prefix), nameof(options.ReplyToPrefixes), $"'{prefix}'", "name at least one character, as an empty prefix allows every queue");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
