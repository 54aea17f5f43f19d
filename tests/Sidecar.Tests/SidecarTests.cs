using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Messaging.Descriptions;
using Messaging.Grpc;
using Messaging.InMemory;
using Messaging.Sidecar.Tests.Greeting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Sidecar.Tests;

/// <summary>A C# requester, a queue, the sidecar and an unchanged gRPC server in another language.</summary>
public sealed class SidecarTests : IAsyncLifetime
{
    private const int Timeout = 120_000;

    private readonly InMemoryBroker _broker = new();
    private readonly List<IHost> _hosts = [];
    private NodeServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await NodeServer.StartAsync(0, reflection: true, Ct);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.StopAsync(CancellationToken.None);
            await ((IAsyncDisposable)host).DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Fact(Timeout = Timeout)]
    public async Task A_call_gets_the_server_s_reply_and_its_metadata_goes_both_ways()
    {
        await StartSidecarAsync();
        var greeter = await StartRequesterAsync();
        var response = new ResponseMetadata();

        var reply = await greeter.With(new CallOptions { Response = response, Headers = new Dictionary<string, string> { ["caller"] = "ann" } })
            .SayHelloAsync(new HelloRequest { Name = "world" }, Ct);

        Assert.Equal("Hello world (ann)", reply.Message);
        Assert.Equal("node", (await response.Headers)["served-by"]);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_status_arrives_with_its_message_and_trailers()
    {
        await StartSidecarAsync();
        var greeter = await StartRequesterAsync();
        var response = new ResponseMetadata();

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => greeter.With(new CallOptions { Response = response }).SayHelloAsync(new HelloRequest { Name = "nobody" }, Ct));

        Assert.Equal((StatusCode.PermissionDenied, "No nobody ☺"), (failure.Status, failure.Detail));
    }

    [Fact(Timeout = Timeout)]
    public async Task The_time_that_remains_reaches_the_server()
    {
        await StartSidecarAsync();
        var greeter = await StartRequesterAsync();

        var reply = await greeter.With(new CallOptions { Timeout = TimeSpan.FromSeconds(100) }).SayHelloAsync(new HelloRequest { Name = "deadline" }, Ct);

        Assert.InRange(double.Parse(reply.Message, CultureInfo.InvariantCulture), 1, 100_000);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_cancelled_call_is_cancelled_at_the_server()
    {
        await StartSidecarAsync();
        var greeter = await StartRequesterAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);

        var call = greeter.SayHelloAsync(new HelloRequest { Name = "hang" }, cancel.Token);
        await _server.LineWithAsync("hanging", Ct);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _server.LineWithAsync("cancelled", Ct);
    }

    [Fact(Timeout = Timeout)]
    public async Task All_kinds_of_streams_pass_in_order()
    {
        await StartSidecarAsync();
        var greeter = await StartRequesterAsync();

        var counted = await greeter.CountAsync(new HelloRequest { Name = "3000" }, Ct).Select(static reply => reply.Message).ToListAsync(Ct);
        var collected = await greeter.CollectAsync(SendAsync("a", "b", "c"), Ct);
        var chatted = await greeter.ChatAsync(SendAsync("x", "y"), Ct).Select(static reply => reply.Message).ToListAsync(Ct);

        Assert.Equal(Enumerable.Range(1, 3000).Select(static number => $"{number}"), counted);
        Assert.Equal("a,b,c", collected.Message);
        Assert.Equal(["X", "Y"], chatted);
    }

    [Fact(Timeout = Timeout)]
    public async Task An_answer_comes_for_each_item_before_the_next_is_sent()
    {
        await StartSidecarAsync();
        var greeter = await StartRequesterAsync();
        using var turn = new SemaphoreSlim(1);

        var replies = new List<string>();
        await foreach (var reply in greeter.ChatAsync(PingAsync(), Ct))
        {
            replies.Add(reply.Message);
            turn.Release();
        }

        Assert.Equal(["PING 0", "PING 1", "PING 2"], replies);

        async IAsyncEnumerable<HelloRequest> PingAsync()
        {
            for (var number = 0; number < 3; number++)
            {
                await turn.WaitAsync(Ct);
                yield return new HelloRequest { Name = $"ping {number}" };
            }
        }
    }

    [Fact(Timeout = Timeout)]
    public async Task The_service_is_described_to_who_has_no_contract()
    {
        await StartSidecarAsync();
        var stranger = await StartAsync(static builder => builder.AddOperationInvoker());
        _ = await StartRequesterAsync();

        var description = await stranger.Services.GetRequiredService<ServiceDescriptions>().GetAsync("example.Greeter", Ct);

        Assert.Equal(
            [("SayHello", OperationKind.Call, true), ("Count", OperationKind.ReplyStream, false), ("Collect", OperationKind.RequestStream, false), ("Chat", OperationKind.DuplexStream, false)],
            description.Operations.Select(static operation => (operation.Name, operation.Kind, operation.Idempotent)));
        var file = FileDescriptorProto.Parser.ParseFrom(description.Operations[0].Files[^1].Span);
        Assert.Equal("example", file.Package);
    }

    [Fact(Timeout = Timeout)]
    public async Task A_gRPC_client_of_the_gateway_is_served_by_it()
    {
        await StartSidecarAsync();
        _ = await StartRequesterAsync();
        await using var gateway = await StartGatewayAsync();
        using var http = new HttpClient { BaseAddress = new Uri(gateway.Urls.Single()) };
        var body = new ArrayBufferWriter<byte>();
        GrpcFrameWriter.Write(body, isCompressed: false, new HelloRequest { Name = "gateway" }.ToByteArray());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/example.Greeter/SayHello")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body.WrittenMemory.ToArray()) { Headers = { { "content-type", "application/grpc" } } },
        };

        using var response = await http.SendAsync(request, Ct);

        var reply = await GrpcFrameReader.ReadAsync(PipeReader.Create(await response.Content.ReadAsStreamAsync(Ct)), 1000, Ct);
        Assert.Equal("Hello gateway (stranger)", HelloReply.Parser.ParseFrom(reply!.Value.Body.Span).Message);
        Assert.Equal("node", response.Headers.GetValues("served-by").Single());
    }

    [Fact(Timeout = Timeout)]
    public async Task A_server_without_reflection_is_served_by_its_descriptors()
    {
        await using var server = await NodeServer.StartAsync(0, reflection: false, Ct);
        await StartSidecarAsync(server.Port, static options => options.DescriptorSet = NodeServer.Metadata("Descriptors"));
        var greeter = await StartRequesterAsync();

        Assert.Equal("Hello you (stranger)", (await greeter.SayHelloAsync(new HelloRequest { Name = "you" }, Ct)).Message);
    }

    [Fact(Timeout = Timeout)]
    public async Task While_the_server_is_away_calls_wait_in_the_queue_and_are_served_when_it_is_back()
    {
        var port = _server.Port;
        await StartSidecarAsync();
        var greeter = await StartRequesterAsync();
        await greeter.SayHelloAsync(new HelloRequest { Name = "first" }, Ct);
        await _server.DisposeAsync();

        var waiting = greeter.With(new CallOptions { Timeout = TimeSpan.FromMinutes(1) }).SayHelloAsync(new HelloRequest { Name = "second" }, Ct);
        _server = await NodeServer.StartAsync(port, reflection: true, Ct);

        Assert.Equal("Hello second (stranger)", (await waiting).Message);
    }

    private static async IAsyncEnumerable<HelloRequest> SendAsync(params string[] names)
    {
        foreach (var name in names)
        {
            await Task.Yield();
            yield return new HelloRequest { Name = name };
        }
    }

    private Task<IHost> StartSidecarAsync() => StartSidecarAsync(_server.Port);

    private Task<IHost> StartSidecarAsync(int port, Action<SidecarOptions>? configure = null) => StartAsync(builder => builder.AddSidecar(options =>
    {
        options.Upstream = new Uri($"http://127.0.0.1:{port}");
        options.ConnectInterval = TimeSpan.FromMilliseconds(200);
        configure?.Invoke(options);
    }));

    private async Task<IGreeter> StartRequesterAsync()
    {
        var host = await StartAsync(static builder => builder.UseProtobuf().AddRequester<IGreeter>());
        var greeter = host.Services.GetRequiredService<IGreeter>();

        // The sidecar finds its services after it has started.
        while (true)
        {
            try
            {
                await greeter.SayHelloAsync(new HelloRequest { Name = "?" }, Ct);
                return greeter;
            }
            catch (RpcException exception) when (exception.Reason == FailureReason.NoRoute)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), Ct);
            }
        }
    }

    private async Task<WebApplication> StartGatewayAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddMessaging().UseInMemory(_broker).AddGateway(static options => options.Services.Add("example.Greeter"));
        var app = builder.Build();
        app.MapMessagingGateway();
        await app.StartAsync(Ct);
        return app;
    }

    private async Task<IHost> StartAsync(Action<MessagingBuilder> configure)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(application.Services.AddMessaging().UseInMemory(_broker));
        var host = application.Build();
        _hosts.Add(host);
        await host.StartAsync(Ct);
        return host;
    }
}
