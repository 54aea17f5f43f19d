using System.IO.Pipelines;
using System.Text;
using Messaging.Grpc;

namespace Messaging.Gateway.Tests.Grpc;

public sealed class GrpcStreamTests
{
    private const int MaxBytes = 1 << 20;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_stream_of_replies_comes_in_order_and_ends_with_a_status()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.CallAsync("Count", """{"value":2000}""", Ct);

        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.Equal(2000, reply.Frames.Count);
        Assert.All(reply.Texts.Index(), static item => Assert.StartsWith($$"""{"value":"{{item.Index + 1}} """, item.Item, StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_empty_stream_is_a_status_alone()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.CallAsync("Count", """{"value":0}""", Ct);

        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.Empty(reply.Frames);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stream_of_requests_has_one_reply()
    {
        await using var host = await EchoHost.StartAsync(Ct);
        byte[] body = [.. Enumerable.Range(1, 500).SelectMany(static number => RawGrpcClient.Frame($$"""{"value":{{number}}}"""))];

        var reply = await host.Client.SendAsync("test.Echo/Sum", body, Ct);

        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.Equal(["""{"value":125250}"""], reply.Texts);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_handler_that_answers_early_ends_a_stream_whose_client_has_not()
    {
        await using var host = await EchoHost.StartAsync(Ct);
        using var content = new StreamedContent();
        content.Write(RawGrpcClient.Frame("""{"value":5}"""));
        content.Write(RawGrpcClient.Frame("""{"value":-1}"""));

        using var response = await host.Client.OpenAsync("test.Echo/Sum", content, Ct);
        var reply = await RawGrpcReply.ReadAsync(response, Ct);

        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.Equal(["""{"value":4}"""], reply.Texts);
    }

    [Fact(Timeout = 60_000)]
    public async Task Both_sides_speak_in_turn_and_half_closing_ends_it()
    {
        await using var host = await EchoHost.StartAsync(Ct);
        using var content = new StreamedContent();
        var opening = host.Client.OpenAsync("test.Echo/Chat", content, Ct);
        content.Write(RawGrpcClient.Frame("""{"value":"0"}"""));
        using var response = await opening;
        var reader = PipeReader.Create(await response.Content.ReadAsStreamAsync(Ct));

        for (var turn = 0; turn < 5; turn++)
        {
            var frame = await GrpcFrameReader.ReadAsync(reader, MaxBytes, Ct);
            Assert.Equal($$"""{"value":"{{turn}}"}""", Encoding.UTF8.GetString(frame!.Value.Body.Span));
            content.Write(RawGrpcClient.Frame($$"""{"value":"{{turn + 1}}"}"""));
        }

        content.End();
        Assert.NotNull(await GrpcFrameReader.ReadAsync(reader, MaxBytes, Ct));
        Assert.Null(await GrpcFrameReader.ReadAsync(reader, MaxBytes, Ct));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal("tail", response.TrailingHeaders.GetValues("x-after").Single());
        Assert.Equal("head", response.Headers.GetValues("x-before").Single());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_fault_comes_behind_the_items_before_it()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.SendAsync("test.Echo/Chat", [.. RawGrpcClient.Frame("""{"value":"a"}"""), .. RawGrpcClient.Frame("""{"value":"fail"}""")], Ct);

        Assert.Equal(["""{"value":"a"}"""], reply.Texts);
        Assert.Equal(StatusCode.OutOfRange, reply.Status);
        Assert.Equal("Enough.", reply.Detail);
        Assert.Equal("tail", reply.Trailers["x-after"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_leaves_a_stream_stops_its_handler()
    {
        await using var host = await EchoHost.StartAsync(Ct);
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        using var content = new StreamedContent();
        var opening = host.Client.OpenAsync("test.Echo/Chat", content, leaves.Token);
        content.Write(RawGrpcClient.Frame("""{"value":"a"}"""));
        var response = await opening;

        response.Dispose();

        await host.Signals.Cancelled.Task.WaitAsync(Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_does_not_read_stops_the_code_that_makes_the_items()
    {
        await using var host = await EchoHost.StartAsync(Ct);
        using var content = new ByteArrayContent(RawGrpcClient.Frame("""{"value":200000}"""));
        using var response = await host.Client.OpenAsync("test.Echo/Count", content, Ct);
        await using var stream = await response.Content.ReadAsStreamAsync(Ct);

        // Windows are full when nothing is made while a whole second passes.
        var made = -1;
        while (made != Volatile.Read(ref host.Signals.Made))
        {
            made = Volatile.Read(ref host.Signals.Made);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Ct);
        }

        Assert.InRange(made, 1, 20_000);
    }
}
