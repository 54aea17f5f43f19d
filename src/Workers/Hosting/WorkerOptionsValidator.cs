using Messaging.Catalogue;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

internal sealed class WorkerOptionsValidator : IValidateOptions<WorkerOptions>
{
    private const int MaxConcurrency = 10_000;

    private static readonly TimeSpan _minRetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _maxBaseDelay = TimeSpan.FromDays(1);
    private static readonly TimeSpan _maxRetryDelay = TimeSpan.FromDays(30);
    private static readonly TimeSpan _maxDrain = TimeSpan.FromHours(1);
    private static readonly TimeSpan _minExpiry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _minBalance = TimeSpan.FromMilliseconds(100);
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
            options.HighCommandConcurrency is >= 0 and <= MaxConcurrency,
            nameof(options.HighCommandConcurrency), options.HighCommandConcurrency, "set it from 1 to 10,000, or to 0 for as many as CommandConcurrency");
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
        Require(
            options.OrderedHoldLimit >= _minExpiry && options.OrderedHoldLimit <= _maxExpiry,
            nameof(options.OrderedHoldLimit), options.OrderedHoldLimit, "set it from one second to one day, below the broker's consumer_timeout");
        Require(
            options.PartitionBalanceInterval >= _minBalance && options.PartitionBalanceInterval <= _maxDrain,
            nameof(options.PartitionBalanceInterval), options.PartitionBalanceInterval, "set it from 100 ms to one hour");
        Require(options.CallQueue is CallQueueType.Classic or CallQueueType.Quorum, nameof(options.CallQueue), options.CallQueue, "set it to Classic or Quorum");
        Require(options.CommandDeliveryLimit is >= 1 and <= 1000, nameof(options.CommandDeliveryLimit), options.CommandDeliveryLimit, "set it from 1 to 1,000");
        Require(options.MaxStreams is >= 1 and <= 1_000_000, nameof(options.MaxStreams), options.MaxStreams, "set it from 1 to 1,000,000");
        Require(
            options.AnnounceInterval >= AnnouncementFormat.MinInterval && options.AnnounceInterval <= AnnouncementFormat.MaxInterval,
            nameof(options.AnnounceInterval), options.AnnounceInterval, "set it from one second to one minute, or Announce to false");
        failures.AddRange(options.Stream.Validate($"Messaging:Workers:{name}:Stream"));
        failures.AddRange(options.Compression.Validate($"Messaging:Workers:{name}:Compression"));
        RequireRetries(nameof(options.CommandRetry), options.CommandRetry);
        foreach (var (operation, own) in options.Operations)
        {
            if (own.CommandRetry is { } retries)
            {
                RequireRetries($"Operations:{operation}:{nameof(own.CommandRetry)}", retries);
            }
        }

        void RequireRetries(string section, CommandRetryOptions retries)
        {
            Require(retries.MaxAttempts is >= 1 and <= 1000, $"{section}:{nameof(retries.MaxAttempts)}", retries.MaxAttempts, "set it from 1 to 1,000");
            Require(retries.ImmediateRetries is >= 0 and <= 100, $"{section}:{nameof(retries.ImmediateRetries)}", retries.ImmediateRetries, "set it from 0 to 100");
            Require(
                retries.BaseDelay >= _minRetryDelay && retries.BaseDelay <= _maxBaseDelay,
                $"{section}:{nameof(retries.BaseDelay)}", retries.BaseDelay, "set it from one second to one day");
            Require(
                retries.MaxDelay >= retries.BaseDelay && retries.MaxDelay <= _maxRetryDelay,
                $"{section}:{nameof(retries.MaxDelay)}", retries.MaxDelay, $"set it from BaseDelay ({retries.BaseDelay}) to 30 days");
        }

        foreach (var prefix in options.ReplyToPrefixes)
        {
            Require(!string.IsNullOrWhiteSpace(prefix), nameof(options.ReplyToPrefixes), $"'{prefix}'", "name at least one character, as an empty prefix allows every queue");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
