using Google.Protobuf;
using Google.Protobuf.Reflection;
using Messaging.Gateway.Tests.Hosting;
using Messaging.Grpc;
using Messaging.Grpc.Health;
using Messaging.Grpc.Reflection;
using Messaging.Interop;
using Microsoft.Extensions.DependencyInjection;
using ServingStatus = Messaging.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace Messaging.Gateway.Tests.Grpc;

/// <summary>Health and reflection.</summary>
public sealed class GrpcStandardServicesTests
{
    private static readonly (string, string) _protobuf = ("content-type", "application/grpc");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData("", true, ServingStatus.Serving)]
    [InlineData("test.Echo", true, ServingStatus.Serving)]
    [InlineData("test.Away", false, ServingStatus.NotServing)]
    public async Task Health_says_who_is_served(string service, bool all, object expected)
    {
        await using var host = await EchoHost.StartAsync(Ct, options =>
        {
            if (!all)
            {
                options.Services.Clear();
                options.Services.Add(service);
            }
        });

        var reply = await CheckAsync(host.Client, service);

        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.Equal((ServingStatus)expected, HealthCheckResponse.Parser.ParseFrom(reply.Frames.Single().Body.Span).Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_health_of_what_is_not_known_is_not_found()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        Assert.Equal(StatusCode.NotFound, (await CheckAsync(host.Client, "test.Nobody")).Status);
        Assert.Equal(StatusCode.NotFound, (await CheckAsync(host.Client, "amq.direct")).Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_watch_says_the_status_at_once_and_goes_on()
    {
        await using var host = await EchoHost.StartAsync(Ct);
        using var content = new ByteArrayContent(RawGrpcClient.Frame(new HealthCheckRequest { Service = "test.Nobody" }.ToByteArray()));

        using var response = await host.Client.OpenAsync("grpc.health.v1.Health/Watch", content, Ct, _protobuf);
        var reader = System.IO.Pipelines.PipeReader.Create(await response.Content.ReadAsStreamAsync(Ct));
        var frame = await GrpcFrameReader.ReadAsync(reader, 1000, Ct);

        Assert.Equal(ServingStatus.ServiceUnknown, HealthCheckResponse.Parser.ParseFrom(frame!.Value.Body.Span).Status);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("grpc.reflection.v1.ServerReflection")]
    [InlineData("grpc.reflection.v1alpha.ServerReflection")]
    public async Task Reflection_gives_all_that_a_client_needs_to_call(string service)
    {
        await using var host = await StartInteropAsync();
        using var client = new RawGrpcClient(host);

        var answers = await AskAsync(
            client,
            service,
            new ServerReflectionRequest { FileContainingSymbol = "grpc.testing.TestService" },
            new ServerReflectionRequest { FileContainingSymbol = "grpc.testing.TestService.UnaryCall" },
            new ServerReflectionRequest { FileContainingSymbol = "grpc.testing.SimpleRequest" },
            new ServerReflectionRequest { FileByFilename = "grpc/testing/messages.proto" },
            new ServerReflectionRequest { FileContainingSymbol = "grpc.health.v1.Health" },
            new ServerReflectionRequest { ListServices = "*" },
            new ServerReflectionRequest { FileContainingSymbol = "no.such.Thing" },
            new ServerReflectionRequest());

        var files = answers[0].FileDescriptorResponse.FileDescriptorProto.Select(static file => FileDescriptorProto.Parser.ParseFrom(file)).ToList();
        Assert.Contains(files, static file => file.Service.Any(static service => service.Name is "TestService" && service.Method.Any(static method => method.Name is "FullDuplexCall" && method.ClientStreaming && method.ServerStreaming)));
        Assert.All(files.SelectMany(static file => file.Dependency), import => Assert.Contains(import, files.Select(static file => file.Name)));
        Assert.NotNull(answers[1].FileDescriptorResponse);
        Assert.NotNull(answers[2].FileDescriptorResponse);
        Assert.NotNull(answers[3].FileDescriptorResponse);
        Assert.NotNull(answers[4].FileDescriptorResponse);
        Assert.Equal(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.testing.TestService"], answers[5].ListServicesResponse.Service.Select(static service => service.Name));
        Assert.Equal((int)StatusCode.NotFound, answers[6].ErrorResponse.ErrorCode);
        Assert.Equal((int)StatusCode.InvalidArgument, answers[7].ErrorResponse.ErrorCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_no_message_of_the_service_is_an_invalid_argument()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.SendAsync("grpc.reflection.v1.ServerReflection/ServerReflectionInfo", RawGrpcClient.Frame([0xFF, 0xFF]), Ct, _protobuf);

        Assert.Equal(StatusCode.InvalidArgument, reply.Status);
        Assert.Equal(StatusCode.Unimplemented, (await host.Client.SendAsync("grpc.health.v1.Health/Cure", RawGrpcClient.Frame([]), Ct, _protobuf)).Status);
        Assert.Equal(StatusCode.Unimplemented, (await host.Client.SendAsync("grpc.health.v1.Health/Check", RawGrpcClient.Frame("{}"), Ct)).Status);
    }

    private static Task<GatewayHost> StartInteropAsync() => GatewayHost.StartAsync(
        static builder => builder.UseProtobuf(TestReflection.Descriptor).AddWorker<ITestService, TestService>(), gateway: null, Ct);

    private static Task<RawGrpcReply> CheckAsync(RawGrpcClient client, string service) =>
        client.SendAsync("grpc.health.v1.Health/Check", RawGrpcClient.Frame(new HealthCheckRequest { Service = service }.ToByteArray()), Ct, _protobuf);

    private static async Task<List<ServerReflectionResponse>> AskAsync(RawGrpcClient client, string service, params ServerReflectionRequest[] requests)
    {
        var reply = await client.SendAsync($"{service}/ServerReflectionInfo", [.. requests.SelectMany(static request => RawGrpcClient.Frame(request.ToByteArray()))], Ct, _protobuf);
        Assert.Equal(StatusCode.OK, reply.Status);
        return [.. reply.Frames.Select(static frame => ServerReflectionResponse.Parser.ParseFrom(frame.Body.Span))];
    }
}
