using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Messaging.Gateway.Tests.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Gateway.Tests.Http;

/// <summary>A gateway with the desk behind it, and a client.</summary>
internal sealed class DeskHost : IAsyncDisposable
{
    private DeskHost(GatewayHost gateway, DeskSignals signals)
    {
        Gateway = gateway;
        Signals = signals;
        Client = new HttpClient { BaseAddress = gateway.Http };
        Client2 = new HttpClient
        {
            BaseAddress = gateway.Http2,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
    }

    public GatewayHost Gateway { get; }

    public DeskSignals Signals { get; }

    /// <summary>Of HTTP/1.1.</summary>
    public HttpClient Client { get; }

    /// <summary>Of HTTP/2.</summary>
    public HttpClient Client2 { get; }

    public static async Task<DeskHost> StartAsync(
        CancellationToken cancellationToken, Action<GatewayOptions>? gateway = null, Action<MessagingBuilder>? configure = null, Action<WorkerOptions>? worker = null)
    {
        var signals = new DeskSignals();
        var host = await GatewayHost.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(signals);
                configure?.Invoke(builder);
                builder.AddWorker<IDesk, DeskWorker>(worker);
            },
            gateway,
            cancellationToken);
        return new DeskHost(host, signals);
    }

    public static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    /// <summary>A request of the desk, with its headers.</summary>
    public static HttpRequestMessage Request(string method, HttpContent? content, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(method.Contains('/', StringComparison.Ordinal) ? $"/{method}" : $"/desk/{method}", UriKind.Relative)) { Content = content };
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || content!.Headers.TryAddWithoutValidation(name, value));
        }

        return request;
    }

    /// <summary>Sends a request by HTTP/1.1, and gives the response with its body read.</summary>
    public async Task<HttpResponseMessage> PostAsync(string method, HttpContent? content, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var request = Request(method, content, headers);
        return await Client.SendAsync(request, cancellationToken);
    }

    /// <summary>Reads a problem, and checks that it is one of this status.</summary>
    public static async Task<JsonObject> ReadProblemAsync(HttpStatusCode status, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        Assert.True(status == response.StatusCode, $"{response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!.AsObject();
        Assert.Equal((int)status, (int)problem["status"]!);
        return problem;
    }

    public async ValueTask DisposeAsync()
    {
        Signals.Release.TrySetResult();
        Client.Dispose();
        Client2.Dispose();
        await Gateway.DisposeAsync();
    }
}
