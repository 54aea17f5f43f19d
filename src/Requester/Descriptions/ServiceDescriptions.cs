using System.Collections.Concurrent;
using System.Text.Json;
using Messaging.Serialization;
using Messaging.Wire;

namespace Messaging.Descriptions;

/// <summary>Asks the workers of services for their descriptions, for who calls without the contract.</summary>
internal sealed class ServiceDescriptions(IOperationInvoker invoker, TimeProvider time)
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(5);

    // A changed service shows after this long at the latest.
    private static readonly TimeSpan _freshness = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Entry> _known = new(StringComparer.Ordinal);

    /// <summary>What is known of a service without asking; null for nothing.</summary>
    public ServiceDescription? Find(string service) => _known.TryGetValue(service, out var entry) ? entry.Description : null;

    /// <summary>
    /// A service's description, asked for anew where the one that is known is old. A service that doesn't answer is
    /// described as it was last known.
    /// </summary>
    /// <exception cref="RpcException">Nothing is known of the service, and it doesn't answer, or with something else.</exception>
    public async ValueTask<ServiceDescription> GetAsync(string service, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(service, out var entry))
        {
            if (time.GetElapsedTime(entry.At) < _freshness || !entry.TryRefresh())
            {
                return entry.Description;
            }

            // Nobody waits for the news: what is known serves meanwhile.
            _ = RefreshAsync(service, entry);
            return entry.Description;
        }

        var description = await AskAsync(service, cancellationToken).ConfigureAwait(false);
        _known[service] = new Entry(description, time.GetTimestamp());
        return description;
    }

    private async Task RefreshAsync(string service, Entry old)
    {
        var description = old.Description;
        try
        {
            description = await AskAsync(service, CancellationToken.None).ConfigureAwait(false);
        }
        catch (RpcException)
        {
            // It is asked again later; its calls say what is wrong.
        }

        _known[service] = new Entry(description, time.GetTimestamp());
    }

    /// <summary>Asks a service, whatever is known of it.</summary>
    /// <exception cref="RpcException">It doesn't answer, or with something else.</exception>
    public async Task<ServiceDescription> AskAsync(string service, CancellationToken cancellationToken)
    {
        var operation = new Operation<RawPayload, RawPayload>(service, WireNames.DescribeMethod, OperationKind.Call) { ContentType = JsonPayloadSerializer.Json };
        var reply = await invoker.CallAsync(operation, default, new CallOptions { Timeout = _timeout }, cancellationToken).ConfigureAwait(false);
        try
        {
            var description = JsonSerializer.Deserialize(reply.Body.Span, DescriptionJson.Default.ServiceDescription)
                ?? throw new JsonException("It is null.");
            return HasNulls(description) ? throw new JsonException("A list of it holds null.") : description;
        }
        catch (JsonException exception)
        {
            throw new RpcException(StatusCode.Internal, $"The description of the service '{service}' can't be read: {exception.Message}", exception)
            {
                Operation = operation.FullName,
                Reason = FailureReason.Undecodable,
            };
        }
    }

    // The serializer refuses null where it can't be, but not in lists.
    private static bool HasNulls(ServiceDescription description) => description.Operations.Any(static operation =>
        operation is null || operation.ContentTypes.Any(static contentType => contentType is null) || operation.Faults.Any(static fault => fault is null));

    private sealed class Entry(ServiceDescription description, long at)
    {
        private int _refreshing;

        public ServiceDescription Description => description;

        public long At => at;

        public bool TryRefresh() => Interlocked.Exchange(ref _refreshing, 1) == 0;
    }
}
