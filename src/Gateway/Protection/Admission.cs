using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Messaging.Protection;

/// <summary>Lets requests in, or says why not, before anything of them is read.</summary>
internal sealed class Admission : IDisposable
{
    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(1);

    private readonly GatewayLimitsOptions _options;
    private readonly BrokerPresence _broker;
    private readonly ClientTable _clients;
    private readonly ConcurrencyLimiter _calls;
    private readonly ConcurrencyLimiter _streams;
    private readonly bool _limitsClients;

    public Admission(BrokerPresence broker, IOptions<GatewayOptions> options, TimeProvider time)
    {
        _options = options.Value.Limits;
        _broker = broker;
        Time = time;
        _clients = new ClientTable(_options, time);
        _calls = ClientLimits.Create(_options.MaxCalls)!;
        _streams = ClientLimits.Create(_options.MaxStreams)!;
        _limitsClients = _options.RateLimit is not null || _options.MaxCallsPerClient is not null || _options.MaxStreamsPerClient is not null;
    }

    public TimeProvider Time { get; }

    public TimeSpan WriteTimeout => _options.WriteTimeout;

    /// <summary>Of how many clients limits are kept.</summary>
    public int Clients => _clients.Count;

    /// <summary>Lets a request in as a call, until it is disposed.</summary>
    /// <param name="context">The request.</param>
    /// <param name="needsBroker">Whether it is to be forwarded.</param>
    /// <param name="admitted">It, where it is let in.</param>
    /// <param name="refusal">Why it is not, where it is not.</param>
    public bool TryAdmit(
        HttpContext context, bool needsBroker, [NotNullWhen(true)] out AdmittedRequest? admitted, [NotNullWhen(false)] out GatewayRefusal? refusal)
    {
        admitted = null;
        refusal = needsBroker ? _broker.FindRefusal() : null;
        if (refusal is not null)
        {
            return false;
        }

        if (!_limitsClients)
        {
            admitted = Enter(context, client: null, limits: null, out refusal);
            return admitted is not null;
        }

        var client = ClientTable.Identify(context);
        var limits = _clients.Enter(client);
        if (limits.TryCall(out var wait))
        {
            admitted = Enter(context, client, limits, out refusal);
        }
        else
        {
            refusal = new GatewayRefusal(
                StatusCode.ResourceExhausted,
                string.Create(CultureInfo.InvariantCulture, $"You call more often than the {_options.RateLimit!.PerSecond:0.###} times a second that one client may: slow down."),
                wait);
        }

        if (admitted is null)
        {
            _clients.Leave(client, limits);
        }

        return admitted is not null;
    }

    /// <summary>Lets a stream in; null with the reason.</summary>
    public (RateLimitLease Own, RateLimitLease All)? EnterStream(ClientLimits? limits, out GatewayRefusal? refusal) =>
        Enter(
            limits is null ? ClientLimits.Acquire(limiter: null) : limits.EnterStream(), _streams, "streams", _options.MaxStreamsPerClient, _options.MaxStreams, out refusal);

    public void Leave(string client, ClientLimits limits) => _clients.Leave(client, limits);

    public void Dispose()
    {
        _clients.Dispose();
        _calls.Dispose();
        _streams.Dispose();
    }

    private static (RateLimitLease Own, RateLimitLease All)? Enter(
        RateLimitLease? own, ConcurrencyLimiter gateway, string what, int? ownLimit, int limit, out GatewayRefusal? refusal)
    {
        refusal = null;
        if (own is null)
        {
            refusal = new GatewayRefusal(
                StatusCode.ResourceExhausted,
                string.Create(CultureInfo.InvariantCulture, $"You have {ownLimit:N0} {what} under way, as many as one client may: wait for one to end."),
                _retryAfter);
            return null;
        }

        if (ClientLimits.Acquire(gateway) is { } all)
        {
            return (own, all);
        }

        own.Dispose();
        refusal = new GatewayRefusal(
            StatusCode.Unavailable,
            string.Create(CultureInfo.InvariantCulture, $"There are {limit:N0} {what} under way, as many as this gateway takes: try again later."),
            _retryAfter);
        return null;
    }

    private AdmittedRequest? Enter(HttpContext context, string? client, ClientLimits? limits, out GatewayRefusal? refusal) =>
        Enter(limits is null ? ClientLimits.Acquire(limiter: null) : limits.EnterCall(), _calls, "calls", _options.MaxCallsPerClient, _options.MaxCalls, out refusal) is { } leases
            ? new AdmittedRequest(this, context, client, limits, leases)
            : null;
}
