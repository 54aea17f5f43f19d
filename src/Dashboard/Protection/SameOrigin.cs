using Microsoft.AspNetCore.Http;

namespace Messaging.Protection;

/// <summary>
/// Tells requests of the dashboard's own page from those that another page has a visitor's browser send. Browsers send
/// the header only after a preflight, which nothing here answers, and say themselves where a request comes from.
/// </summary>
internal static class SameOrigin
{
    /// <summary>The header that the page's actions have, with any value.</summary>
    public const string Header = "X-Messaging-Dashboard";

    /// <summary>Why it is not from this page; null where it is, or is from no browser.</summary>
    public static string? FindObjection(HttpRequest request)
    {
        if (!request.Headers.ContainsKey(Header))
        {
            return $"Actions have the header {Header}, which another page can't send.";
        }

        // Only said over TLS and to this machine; it is right behind proxies too, which may change the host.
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site])
        {
            return site is "same-origin" or "none" ? null : $"The browser says that this comes from another page ({site}).";
        }

        return request.Headers.Origin is [{ Length: > 0 } origin] && !IsOwn(origin, request.Host)
            ? $"The browser says that this comes from {origin}, which is not this host. Behind a proxy, have it keep the Host header."
            : null;
    }

    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && string.Equals(uri.IdnHost, host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
        && (host.Port is null ? uri.IsDefaultPort : uri.Port == host.Port);
}
