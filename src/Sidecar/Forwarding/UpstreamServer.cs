using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Messaging.Forwarding;

/// <summary>The gRPC server: a pool of HTTP/2 connections, and whether anybody is there.</summary>
internal sealed class UpstreamServer : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeSpan _connectTimeout;
    private volatile TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UpstreamServer(IOptions<SidecarOptions> options)
    {
        Address = options.Value.Upstream!;
        _connectTimeout = options.Value.ConnectInterval;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = _connectTimeout,
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = System.Diagnostics.DistributedContextPropagator.CreateDefaultPropagator(),
        })
        {
            BaseAddress = Address,

            // Deadlines are the calls' own.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public Uri Address { get; }

    /// <summary>Completes when a call has found the server away.</summary>
    public Task Watch()
    {
        var fresh = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _lost = fresh;
        return fresh.Task;
    }

    /// <summary>A call has found the server away.</summary>
    public void ReportLost() => _lost.TrySetResult();

    /// <summary>Connects, to see whether anybody is there.</summary>
    /// <exception cref="SocketException">Nobody is.</exception>
    /// <exception cref="TimeoutException">Nothing answers.</exception>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_connectTimeout);
        try
        {
            await socket.ConnectAsync(Address.DnsSafeHost, Address.Port, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Connecting took longer than {_connectTimeout.TotalMilliseconds:0} ms.", exception);
        }
    }

    /// <summary>Sends a request; complete with the response's headers.</summary>
    /// <exception cref="HttpRequestException">The server is away, or broke the connection.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => _http.Dispose();
}
