using System.Collections.Concurrent;
using Messaging.Descriptions;
using Messaging.Protection;
using Messaging.Wire;
using Microsoft.Extensions.Options;

namespace Messaging.Forwarding;

/// <summary>Finds what may be called: the services that the options allow, as their workers describe them.</summary>
internal sealed class ServiceDirectory(ServiceDescriptions descriptions, BrokerPresence broker, IOptions<GatewayOptions> options)
{
    private readonly ConcurrentDictionary<string, ForwardedService> _known = new(StringComparer.Ordinal);

    /// <summary>The services that the options name; empty where they allow all.</summary>
    public IEnumerable<string> Named => AllowsAll ? [] : options.Value.Services.Order(StringComparer.Ordinal);

    /// <summary>The services that were called or named.</summary>
    public IEnumerable<string> Seen => Named.Union(_known.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private bool AllowsAll => options.Value.Services.Contains("*");

    /// <summary>Whether the options allow it.</summary>
    public bool Allows(string service) => AllowsAll || options.Value.Services.Contains(service);

    /// <summary>A service's description.</summary>
    /// <exception cref="RpcException">
    /// <see cref="StatusCode.Unimplemented"/>: the service is not allowed, or all are and nobody serves it;
    /// <see cref="StatusCode.Unavailable"/> and others: its workers don't answer, and nothing is known of it.
    /// </exception>
    public async ValueTask<ServiceDescription> DescribeAsync(string service, CancellationToken cancellationToken) =>
        (await FindAsync(service, cancellationToken).ConfigureAwait(false)).Description;

    /// <summary>An operation that may be called, with messages of a content type.</summary>
    /// <exception cref="RpcException">As of <see cref="DescribeAsync"/>, and <see cref="StatusCode.Unimplemented"/> where the service has no such method.</exception>
    public ValueTask<ForwardedOperation> FindAsync(string service, string method, string contentType, CancellationToken cancellationToken) =>
        FindAsync(service, method, contentType, static (_, contentType) => contentType, cancellationToken);

    /// <summary>An operation that may be called, with messages of the content type that <paramref name="choose"/> takes.</summary>
    /// <exception cref="RpcException">As of <see cref="DescribeAsync"/>, and <see cref="StatusCode.Unimplemented"/> where the service has no such method. What <paramref name="choose"/> throws comes as it is.</exception>
    public async ValueTask<ForwardedOperation> FindAsync<TState>(
        string service, string method, TState state, Func<OperationDescription, TState, string> choose, CancellationToken cancellationToken)
    {
        var known = await FindAsync(service, cancellationToken).ConfigureAwait(false);
        return (known.Describe(method) is { } description ? known.Find(method, choose(description, state)) : null)
            ?? throw Unimplemented($"{service}/{method}", $"The service '{service}' has no method '{method}'.");
    }

    /// <summary>Refuses at once what would only wait: there is no connection to the broker, and the last attempt to connect failed.</summary>
    /// <exception cref="RpcException"><see cref="StatusCode.Unavailable"/>: the broker is away.</exception>
    public void RequireBroker() => broker.Require();

    private async ValueTask<ForwardedService> FindAsync(string service, CancellationToken cancellationToken)
    {
        if (!Allows(service) || !ServiceNames.IsValid(service))
        {
            throw Unimplemented(service, $"The service '{service}' can't be called here.");
        }

        ServiceDescription description;
        try
        {
            description = await descriptions.GetAsync(service, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException exception) when (exception.Reason == FailureReason.NoRoute && AllowsAll)
        {
            // Any name may be asked for: one that nobody serves, and nobody named, is more likely wrong than away.
            throw Unimplemented(service, $"Nobody serves a service '{service}'.", exception);
        }
        catch (RpcException exception) when (exception.Status == StatusCode.DeadlineExceeded)
        {
            // It is the description's own short deadline that passed, and not the caller's.
            throw new RpcException(StatusCode.Unavailable, $"The workers of '{service}' don't say what they serve. {exception.Detail}", exception)
            {
                Operation = service,
                Reason = exception.Reason,
            };
        }

        if (_known.TryGetValue(service, out var known) && ReferenceEquals(known.Description, description))
        {
            return known;
        }

        return _known[service] = new ForwardedService(service, description, known);
    }

    private static RpcException Unimplemented(string operation, string detail, Exception? cause = null) =>
        new(StatusCode.Unimplemented, detail, cause) { Operation = operation };
}
