using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Telemetry.Tests;

/// <summary>The spans of retries, streams and failures.</summary>
public sealed class SpanTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;
    private readonly Activity _test = new("test");
    private IHost _host = null!;

    public SpanTests() => _listener = new ActivityListener
    {
        ShouldListenTo = static source => source.Name is "Messaging",
        Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        ActivityStopped = activity =>
        {
            if (activity.TraceId == _test.TraceId)
            {
                _ended.Enqueue(activity);
            }
        },
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ITraced Service => _host.Services.GetRequiredService<ITraced>();

    public async ValueTask InitializeAsync()
    {
        ActivitySource.AddActivityListener(_listener);
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Services.AddMessaging()
            .UseInMemory()
            .AddWorker<ITraced, Traced>()
            .AddRequester<ITraced>(static options => options.Retry.MaxAttempts = 3);
        _host = application.Build();
        await _host.StartAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        _test.Dispose();
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
        _listener.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_attempt_of_a_call_is_a_span_with_its_handler_s_below_it()
    {
        _test.Start();
        Assert.Equal("3", (await Service.AskAsync(new Question("third"), Ct)).Text);

        var attempts = await EndedAsync("call traced/Ask", 3);
        var handlers = await EndedAsync("process traced/Ask", 3);
        Assert.All(attempts, attempt => Assert.Equal(_test.SpanId, attempt.ParentSpanId));
        Assert.Equal(attempts.Select(static one => one.SpanId), handlers.Select(static one => one.ParentSpanId));
        Assert.Equal(["UNAVAILABLE", "UNAVAILABLE", null], attempts.Select(static one => one.GetTagItem("error.type")));
        Assert.Equal(["Not yet.", "Not yet.", null], handlers.Select(static one => one.StatusDescription));
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_attempt_of_a_command_is_a_span_below_the_sender_s()
    {
        _test.Start();
        await Service.NoteAsync(new Question("bad"), Ct);

        var sent = Assert.Single(await EndedAsync("send traced/Note", 1));
        var handlers = await EndedAsync("process traced/Note", 2);
        Assert.Equal((ActivityKind.Producer, ActivityStatusCode.Unset), (sent.Kind, sent.Status));
        Assert.All(handlers, handler => Assert.Equal((sent.SpanId, ActivityKind.Consumer, typeof(InvalidOperationException).FullName), (handler.ParentSpanId, handler.Kind, handler.GetTagItem("error.type"))));
        Assert.DoesNotContain(handlers, static handler => handler.StatusDescription!.Contains("secret", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stream_is_one_span_until_its_end_and_its_failure_is_told()
    {
        _test.Start();
        var items = 0;
        await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in Service.TellAsync(new Question("a tale"), Ct))
            {
                items++;
            }
        });

        Assert.Equal(3, items);
        var call = Assert.Single(await EndedAsync("call traced/Tell", 1));
        var handler = Assert.Single(await EndedAsync("process traced/Tell", 1));
        Assert.Equal(call.SpanId, handler.ParentSpanId);
        Assert.Equal(("DATA_LOSS", "The rest is lost."), (call.GetTagItem("error.type"), call.StatusDescription));
        Assert.Equal("DATA_LOSS", handler.GetTagItem("error.type"));
    }

    // A handler's span ends after its reply has been sent.
    private async Task<List<Activity>> EndedAsync(string name, int count)
    {
        while (_ended.Count(one => string.Equals(one.OperationName, name, StringComparison.Ordinal)) < count)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), Ct);
        }

        return [.. _ended.Where(one => string.Equals(one.OperationName, name, StringComparison.Ordinal)).OrderBy(static one => one.StartTimeUtc)];
    }
}
