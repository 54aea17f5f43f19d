using System.Net;
using Messaging.Gateway.Tests.Grpc;
using Messaging.Gateway.Tests.Http;

namespace Messaging.Gateway.Tests.Protection;

public sealed class LimitTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task A_client_that_calls_too_often_is_told_when_to_come_back()
    {
        await using var host = await DeskHost.StartAsync(Ct, static options => options.Limits.RateLimit = new GatewayRateLimitOptions { PerSecond = 0.01, Burst = 2 });
        using var grpc = new RawGrpcClient(host.Gateway);

        for (var i = 0; i < 2; i++)
        {
            using var accepted = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
            Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        }

        using var refused = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
        var reply = await grpc.SendAsync("desk/Echo", RawGrpcClient.Frame("{}"), Ct);

        var problem = await DeskHost.ReadProblemAsync(HttpStatusCode.TooManyRequests, refused, Ct);
        Assert.Equal(("RESOURCE_EXHAUSTED", false), ((string?)problem["grpcStatus"], (bool)problem["mayHaveRun"]!));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(101));
        Assert.Equal(StatusCode.ResourceExhausted, reply.Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task More_calls_than_the_gateway_takes_are_refused_until_one_ends()
    {
        await using var host = await DeskHost.StartAsync(Ct, static options => options.Limits.MaxCalls = 1);
        using var grpc = new RawGrpcClient(host.Gateway);
        var hanging = host.PostAsync("Hang", DeskHost.Json("{}"), Ct);
        await host.Signals.Started.Task.WaitAsync(Ct);

        using var refused = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
        var reply = await grpc.SendAsync("desk/Echo", RawGrpcClient.Frame("{}"), Ct);
        host.Signals.Release.SetResult();
        using var ended = await hanging;

        await DeskHost.ReadProblemAsync(HttpStatusCode.ServiceUnavailable, refused, Ct);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(StatusCode.Unavailable, reply.Status);
        Assert.Equal("1000", reply.Headers["grpc-retry-pushback-ms"]);
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task More_calls_than_one_client_may_have_are_refused()
    {
        await using var host = await DeskHost.StartAsync(Ct, static options => options.Limits.MaxCallsPerClient = 1);
        var hanging = host.PostAsync("Hang", DeskHost.Json("{}"), Ct);
        await host.Signals.Started.Task.WaitAsync(Ct);

        using var refused = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);
        host.Signals.Release.SetResult();
        using var ended = await hanging;

        await DeskHost.ReadProblemAsync(HttpStatusCode.TooManyRequests, refused, Ct);
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true, 429)]
    [InlineData(false, 503)]
    public async Task Streams_have_a_limit_of_their_own(bool perClient, int expected)
    {
        await using var host = await DeskHost.StartAsync(Ct, options =>
        {
            options.Limits.MaxCalls = 1;
            options.Limits.MaxStreams = perClient ? 5 : 1;
            options.Limits.MaxStreamsPerClient = perClient ? 1 : null;
        });
        using var request = DeskHost.Request("List", DeskHost.Json("""{"count":1,"then":"hang"}"""));
        using var open = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        using var grpc = new RawGrpcClient(host.Gateway);

        using var refused = await host.PostAsync("List", DeskHost.Json("""{"count":1,"then":"end"}"""), Ct);
        var reply = await grpc.SendAsync("desk/List", RawGrpcClient.Frame("""{"count":1,"then":"end"}"""), Ct);
        using var call = await host.PostAsync("Echo", DeskHost.Json("{}"), Ct);

        await DeskHost.ReadProblemAsync((HttpStatusCode)expected, refused, Ct);
        Assert.Equal(perClient ? StatusCode.ResourceExhausted : StatusCode.Unavailable, reply.Status);

        // The stream no longer counts as a call.
        Assert.Equal(HttpStatusCode.OK, call.StatusCode);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("MaxCalls is 0")]
    [InlineData("MaxStreamsPerClient is 0")]
    [InlineData("RateLimit:PerSecond is NaN")]
    [InlineData("RateLimit:Burst is 0")]
    [InlineData("BrokerGrace is -00:00:01")]
    [InlineData("WriteTimeout is 00:00:00")]
    public async Task Limits_that_mean_nothing_are_refused_at_start(string expected)
    {
        var exception = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => DeskHost.StartAsync(Ct, static options =>
        {
            options.Limits.MaxCalls = 0;
            options.Limits.MaxStreamsPerClient = 0;
            options.Limits.RateLimit = new GatewayRateLimitOptions { PerSecond = double.NaN, Burst = 0 };
            options.Limits.BrokerGrace = TimeSpan.FromSeconds(-1);
            options.Limits.WriteTimeout = TimeSpan.Zero;
        }));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }
}
