using System.Net;
using System.Text;
using Messaging.Grpc;

namespace Messaging.Gateway.Tests.Grpc;

public sealed class GrpcCallTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_call_is_answered_with_a_message_and_a_status()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.CallAsync("Say", """{"value":"hi"}""", Ct);

        Assert.Equal(HttpStatusCode.OK, reply.Http);
        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.False(reply.IsTrailersOnly);
        Assert.Equal(["""{"value":"hi"}"""], reply.Texts);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_command_is_answered_with_an_empty_message_when_it_is_safe()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.CallAsync("Note", """{"value":"later"}""", Ct);

        Assert.Equal(StatusCode.OK, reply.Status);
        Assert.Equal(["{}"], reply.Texts);
        Assert.Equal("later", await host.Signals.Notes.Reader.ReadAsync(Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_failure_brings_its_status_its_detail_and_the_handlers_metadata_in_the_headers_alone()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.CallAsync("Fail", """{"status":5,"detail":"Nichts f\u00fcr 100% \u263a \ud83d\ude08\n"}""", Ct);

        Assert.True(reply.IsTrailersOnly);
        Assert.Empty(reply.Frames);
        Assert.Equal(StatusCode.NotFound, reply.Status);
        Assert.Equal("Nichts f\u00fcr 100% \u263a \ud83d\ude08\n", reply.Detail);
        Assert.Equal("head", reply.Headers["x-before"]);
        Assert.Equal("tail", reply.Headers["x-after"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_declared_fault_brings_its_name_and_its_fields()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.CallAsync("Fail", """{"status":0,"detail":""}""", Ct);

        Assert.Equal(StatusCode.FailedPrecondition, reply.Status);
        Assert.Equal(nameof(TooLoud), reply.Find("messaging-fault"));
        Assert.True(GrpcBinaryValue.TryDecode(reply.Find("messaging-fault-bin"), out var fields));
        Assert.Equal("""{"limit":90}""", Encoding.UTF8.GetString(fields.Single()));
    }

    [Fact(Timeout = 60_000)]
    public async Task Metadata_reaches_the_handler_and_its_own_comes_back_as_far_as_HTTP_can_carry_it()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.CallAsync(
            "Headers", """{"value":""}""", Ct, ("x-one", "1"), ("x-bytes-bin", "q6ur,qw"), ("user-agent", "test/1"), ("grpc-tags-bin", "AA"), ("authorization", "Bearer t"));

        Assert.Equal(["""{"value":"authorization=Bearer t;x-bytes-bin=q6ur,qw;x-one=1"}"""], reply.Texts);
        Assert.Equal("yes", reply.Headers["x-upper"]);
        Assert.Equal("q6ur", reply.Trailers["x-after-bin"]);
        Assert.DoesNotContain("x-bad", reply.Headers.Keys);
        Assert.DoesNotContain("x-bad value", reply.Headers.Keys);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("test.Echo/Sing", StatusCode.Unimplemented)]
    [InlineData("test.Nobody/Say", StatusCode.Unimplemented)]
    [InlineData("amq.direct/Say", StatusCode.Unimplemented)]
    [InlineData("test.Echo.commands/Say", StatusCode.Unimplemented)]
    public async Task What_nobody_serves_is_unimplemented(string path, StatusCode expected)
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.SendAsync(path, RawGrpcClient.Frame("{}"), Ct);

        Assert.Equal(expected, reply.Status);
        Assert.NotEmpty(reply.Detail);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_service_that_the_options_do_not_name_is_unimplemented()
    {
        await using var host = await EchoHost.StartAsync(Ct, static options =>
        {
            options.Services.Clear();
            options.Services.Add("test.Other");
        });

        Assert.Equal(StatusCode.Unimplemented, (await host.Client.CallAsync("Say", """{"value":"hi"}""", Ct)).Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_deadline_ends_the_call_and_its_handler()
    {
        await using var host = await EchoHost.StartAsync(Ct);

        var reply = await host.Client.CallAsync("Wait", """{"value":""}""", Ct, ("grpc-timeout", "300m"));

        Assert.Equal(StatusCode.DeadlineExceeded, reply.Status);
        await host.Signals.Cancelled.Task.WaitAsync(Ct);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("0S", StatusCode.DeadlineExceeded)]
    [InlineData("1n", StatusCode.DeadlineExceeded)]
    [InlineData("99999999H", StatusCode.OK)]
    [InlineData("soon", StatusCode.Internal)]
    public async Task A_timeout_of_any_length_has_its_outcome(string timeout, StatusCode expected)
    {
        await using var host = await EchoHost.StartAsync(Ct);

        Assert.Equal(expected, (await host.Client.CallAsync("Say", """{"value":"hi"}""", Ct, ("grpc-timeout", timeout))).Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_reset_cancels_the_handler()
    {
        await using var host = await EchoHost.StartAsync(Ct);
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var call = host.Client.CallAsync("Wait", """{"value":""}""", leaves.Token);
        await host.Signals.Started.Task.WaitAsync(Ct);

        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await host.Signals.Cancelled.Task.WaitAsync(Ct);
    }

    [Fact(Timeout = 60_000)]
    public async Task gRPC_asks_for_HTTP_2()
    {
        await using var host = await EchoHost.StartAsync(Ct);
        using var http = new HttpClient { BaseAddress = host.Gateway.Http };
        using var content = new ByteArrayContent(RawGrpcClient.Frame("{}")) { Headers = { { "Content-Type", "application/grpc+json" } } };

        using var response = await http.PostAsync(new Uri("/test.Echo/Say", UriKind.Relative), content, Ct);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }
}
