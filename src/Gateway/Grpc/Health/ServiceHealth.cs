using System.Collections.Concurrent;
using Messaging.Descriptions;
using Messaging.Forwarding;
using Messaging.Wire;
using ServingStatus = Messaging.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace Messaging.Grpc.Health;

/// <summary>Asks whether services are served. However many want to know, a service is asked once in a while.</summary>
internal sealed class ServiceHealth(ServiceDirectory directory, ServiceDescriptions descriptions, TimeProvider time)
{
    // Nobody serves it: what comes back is the broker's own answer.
    private const string Nobody = "messaging.health";

    private static readonly TimeSpan _freshness = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Asked> _asked = new(StringComparer.Ordinal);

    /// <summary>Whether a service is served; of the empty name, whether the broker answers.</summary>
    public async Task<ServingStatus> GetAsync(string service, CancellationToken cancellationToken)
    {
        var isAll = service.Length == 0;
        if (!isAll && (!directory.Allows(service) || !ServiceNames.IsValid(service)))
        {
            return ServingStatus.ServiceUnknown;
        }

        var asked = _asked.GetOrAdd(service, static (_, time) => new Asked(time.GetTimestamp()), time);
        if (time.GetElapsedTime(asked.At) >= _freshness)
        {
            var again = new Asked(time.GetTimestamp());
            asked = _asked.TryUpdate(service, again, asked) ? again : _asked.GetOrAdd(service, again);
        }

        // The one that asks does so for all, so no caller's end may be its end.
        var status = await asked.AnswerAsync(() => isAll ? AskBrokerAsync() : AskAsync(service)).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (status == ServingStatus.ServiceUnknown)
        {
            // Names that nobody serves may be anything, and as many as somebody likes.
            _asked.TryRemove(KeyValuePair.Create(service, asked));
        }

        return status;
    }

    private async Task<ServingStatus> AskAsync(string service)
    {
        try
        {
            directory.RequireBroker();
            await descriptions.AskAsync(service, CancellationToken.None).ConfigureAwait(false);
            return ServingStatus.Serving;
        }
        catch (RpcException exception)
        {
            return exception.Reason == FailureReason.NoRoute && !directory.Seen.Contains(service, StringComparer.Ordinal)
                ? ServingStatus.ServiceUnknown
                : ServingStatus.NotServing;
        }
    }

    private async Task<ServingStatus> AskBrokerAsync()
    {
        try
        {
            directory.RequireBroker();
            await descriptions.AskAsync(Nobody, CancellationToken.None).ConfigureAwait(false);
            return ServingStatus.Serving;
        }
        catch (RpcException exception)
        {
            return exception.Reason == FailureReason.NoRoute ? ServingStatus.Serving : ServingStatus.NotServing;
        }
    }

    private sealed class Asked(long at)
    {
        private readonly Lock _lock = new();
        private Task<ServingStatus>? _answer;

        public long At => at;

        public Task<ServingStatus> AnswerAsync(Func<Task<ServingStatus>> ask)
        {
            lock (_lock)
            {
                return _answer ??= ask();
            }
        }
    }
}
