using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Messaging.Protection;

/// <summary>Keeps the limits of clients apart, of so many at most. A client that is back to where a new one begins is forgotten.</summary>
internal sealed class ClientTable(GatewayLimitsOptions options, TimeProvider time) : IDisposable
{
    // A provider gives a customer this much of an IPv6 address to choose the rest of.
    private const int Ipv6NetworkBytes = 8;
    private static readonly TimeSpan _sweepPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ClientLimits> _clients = new(StringComparer.Ordinal);
    private readonly ClientLimits _others = new(options);
    private readonly bool _remembers = options.RateLimit is not null;
    private long? _sweptAt;

    /// <summary>Of how many clients limits are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _clients.Count;
            }
        }
    }

    /// <summary>Who sends a request: the user, where the application authenticates, or else the address.</summary>
    public static string Identify(HttpContext context) =>
        context.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? "user " + name : Identify(context.Connection.RemoteIpAddress);

    /// <summary>A client's limits, which are in use until <see cref="Leave"/>.</summary>
    public ClientLimits Enter(string client)
    {
        lock (_lock)
        {
            if (!_clients.TryGetValue(client, out var limits))
            {
                if (_clients.Count >= options.MaxClients)
                {
                    Sweep();
                }

                limits = _clients.Count < options.MaxClients ? _clients[client] = new ClientLimits(options) : _others;
            }

            limits.Users++;
            return limits;
        }
    }

    public void Leave(string client, ClientLimits limits)
    {
        lock (_lock)
        {
            limits.Users--;
            if (!_remembers && limits.Users == 0 && !ReferenceEquals(limits, _others))
            {
                _clients.Remove(client);
                limits.Dispose();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var limits in _clients.Values)
            {
                limits.Dispose();
            }

            _clients.Clear();
            _others.Dispose();
        }
    }

    private static string Identify(IPAddress? address) => address switch
    {
        null => string.Empty,
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, Ipv6NetworkBytes)),
        _ => address.ToString(),
    };

    // Not for each of many new ones: it walks along all of them.
    private void Sweep()
    {
        if (_sweptAt is { } at && time.GetElapsedTime(at) < _sweepPause)
        {
            return;
        }

        _sweptAt = time.GetTimestamp();
        foreach (var (client, limits) in _clients)
        {
            if (limits.IsFresh)
            {
                _clients.Remove(client);
                limits.Dispose();
            }
        }
    }
}
