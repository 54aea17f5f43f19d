using System.IO.Compression;
using System.Text;

namespace Messaging.Gateway.Tests.Grpc;

public sealed class GrpcAbuseTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, byte[], StatusCode> WrongBodies => new()
    {
        { "Say", [], StatusCode.Unimplemented },
        { "Say", [.. RawGrpcClient.Frame("{}"), .. RawGrpcClient.Frame("{}")], StatusCode.Unimplemented },
        { "Count", [], StatusCode.Unimplemented },
        { "Say", [0, 0, 0], StatusCode.Internal },
        { "Say", [0, 0, 0, 0, 9, 1, 2], StatusCode.Internal },
        { "Say", [7, 0, 0, 0, 1, 1], StatusCode.Internal },
        { "Say", [0, 0xFF, 0xFF, 0xFF, 0xFF], StatusCode.ResourceExhausted },
        { "Say", RawGrpcClient.Frame("{}", isCompressed: true), StatusCode.Internal },
        { "Say", RawGrpcClient.Frame("no json"), StatusCode.InvalidArgument },
        { "Sum", [0, 0xFF, 0xFF, 0xFF, 0xFF], StatusCode.ResourceExhausted },
        { "Sum", [.. RawGrpcClient.Frame("""{"value":1}"""), 0, 0, 0], StatusCode.Internal },
        { "Chat", [.. RawGrpcClient.Frame("""{"value":"a"}"""), 9, 0, 0, 0, 0], StatusCode.Internal },
    };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(WrongBodies))]
    public async Task A_body_that_breaks_the_protocol_has_its_status(string method, byte[] body, StatusCode expected)
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.SendAsync($"test.Echo/{method}", body, Ct);

        Assert.Equal(expected, reply.Status);
        Assert.Equal(StatusCode.OK, (await host.Client.CallAsync("Say", """{"value":"next"}""", Ct)).Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_message_over_the_limit_is_refused_and_one_of_the_limit_is_not()
    {
        await using var host = await EchoHost.StartAsync(Ct, static options => options.MaxRequestBytes = 1000);
        var fits = $$"""{"value":"{{new string('x', 1000 - 12)}}"}""";

        Assert.Equal(StatusCode.OK, (await host.Client.CallAsync("Say", fits, Ct)).Status);
        Assert.Equal(StatusCode.ResourceExhausted, (await host.Client.CallAsync("Say", fits + " ", Ct)).Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_encoding_that_is_not_read_is_unimplemented_and_those_that_are_read_are_named()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.CallAsync("Say", """{"value":"hi"}""", Ct, ("grpc-encoding", "snappy"));

        Assert.Equal(StatusCode.Unimplemented, reply.Status);
        Assert.Equal("identity,gzip", reply.Headers["grpc-accept-encoding"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_compressed_message_is_read_and_a_decompression_bomb_is_not()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var small = await host.Client.SendAsync(
            "test.Echo/Say", RawGrpcClient.Frame(Gzip("""{"value":"hi"}"""u8.ToArray()), isCompressed: true), Ct, ("grpc-encoding", "gzip"));
        var bomb = await host.Client.SendAsync(
            "test.Echo/Say", RawGrpcClient.Frame(Gzip(Encoding.ASCII.GetBytes($$"""{"value":"{{new string('x', 200_000_000)}}"}""")), isCompressed: true), Ct, ("grpc-encoding", "gzip"));
        var torn = await host.Client.SendAsync(
            "test.Echo/Say", RawGrpcClient.Frame(Gzip("""{"value":"hi"}"""u8.ToArray())[..^9], isCompressed: true), Ct, ("grpc-encoding", "gzip"));

        Assert.Equal(["""{"value":"hi"}"""], small.Texts);
        Assert.Equal(StatusCode.ResourceExhausted, bomb.Status);
        Assert.Equal(StatusCode.InvalidArgument, torn.Status);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("x-bytes-bin", "not base64", StatusCode.Internal)]
    [InlineData("timeout-ms", "5", StatusCode.InvalidArgument)]
    public async Task Metadata_that_cannot_travel_has_its_status(string name, string value, StatusCode expected)
    {
        await using var host = await EchoHost.StartAsync(Ct);

        Assert.Equal(expected, (await host.Client.CallAsync("Say", """{"value":"hi"}""", Ct, (name, value))).Status);
    }

    [Fact(Timeout = 120_000)]
    public async Task Ten_thousand_resets_leave_the_gateway_as_it_was()
    {
        await using var host = await EchoHost.StartAsync(Ct);
        for (var round = 0; round < 200; round++)
        {
            using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            var calls = Enumerable.Range(0, 50).Select(_ => host.Client.CallAsync("Wait", """{"value":""}""", leaves.Token)).ToList();
            await host.Signals.Started.Task.WaitAsync(Ct);
            await leaves.CancelAsync();
            foreach (var call in calls)
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            }
        }

        Assert.Equal(StatusCode.OK, (await host.Client.CallAsync("Say", """{"value":"still"}""", Ct)).Status);
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return output.ToArray();
    }
}
