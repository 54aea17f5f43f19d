using Messaging.Stores;
using Microsoft.Extensions.Logging;

namespace Messaging.Inbox;

/// <summary>
/// Has messages wait while the inbox's database is away, instead of failing one after the other: a command as long as
/// the worker runs, a call inside its deadline.
/// </summary>
internal sealed partial class InboxPatience(string service, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _maxDelay = TimeSpan.FromSeconds(5);

    private int _away;

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, IMessageStore store, CancellationToken cancellationToken)
    {
        for (var delay = _firstDelay; ; delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, _maxDelay.Ticks)))
        {
            try
            {
                var result = await attempt(cancellationToken).ConfigureAwait(false);
                if (Interlocked.Exchange(ref _away, 0) == 1)
                {
                    LogBack(logger, service);
                }

                return result;
            }
            catch (Exception exception) when (store.IsTransient(exception) && !cancellationToken.IsCancellationRequested)
            {
                if (Interlocked.Exchange(ref _away, 1) == 0)
                {
                    LogAway(logger, service, exception.Message);
                }
            }

            await Task.Delay(delay * (0.5 + (Random.Shared.NextDouble() / 2)), time, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(206, LogLevel.Warning, "The inbox of {Service} can't reach its database: {Reason} What needs it waits.")]
    private static partial void LogAway(ILogger logger, string service, string reason);

    [LoggerMessage(207, LogLevel.Information, "The inbox of {Service} reaches its database again.")]
    private static partial void LogBack(ILogger logger, string service);
}
