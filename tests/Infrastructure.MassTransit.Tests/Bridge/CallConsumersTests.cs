extern alias legacy;

using System.Diagnostics;
using MassTransit;
using Messaging.MassTransit.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shop;
using Legacy = legacy::Shop;

namespace Messaging.MassTransit.Tests.Bridge;

/// <summary>A contract calls consumers that know nothing of it.</summary>
public sealed class CallConsumersTests(BrokerFixture fixture) : BridgeTest(fixture)
{
    [Fact]
    public async Task A_consumer_answers_a_call_that_was_published()
    {
        await ServeAsync(static context => context.RespondAsync(new Legacy.Quote { Sku = context.Message.Sku, Price = context.Message.Quantity * 1.5m }));
        var shop = await RequestAsync();

        Assert.Equal(new Quote("tea", 3m), await SoonAsync(shop.QuoteAsync(new QuoteRequest("tea", 2), Token)));
    }

    [Fact]
    public async Task A_consumer_answers_a_call_that_was_sent_to_its_queue()
    {
        await ServeAsync(static context => context.RespondAsync(new Legacy.Quote { Sku = "sent", Price = 1m }));
        var shop = await RequestAsync(static options => options.Address = new Uri("queue:legacy-quotes"));

        Assert.Equal("sent", (await SoonAsync(shop.QuoteAsync(new QuoteRequest("tea", 2), Token))).Sku);
    }

    [Fact]
    public async Task A_call_that_nobody_consumes_fails_at_once_and_not_at_its_deadline()
    {
        var shop = await RequestAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => SoonAsync(shop.With(new CallOptions { Timeout = TimeSpan.FromHours(1) }).QuoteAsync(new QuoteRequest("tea", 1), Token)));

        Assert.Equal((StatusCode.Unavailable, FailureReason.NoRoute, false), (failure.Status, failure.Reason, failure.MayHaveRun));
    }

    [Fact]
    public async Task A_call_ends_at_its_deadline()
    {
        await ServeAsync(static context => Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken));
        var shop = await RequestAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(
            () => SoonAsync(shop.With(new CallOptions { Timeout = TimeSpan.FromMilliseconds(400) }).QuoteAsync(new QuoteRequest("tea", 1), Token)));

        Assert.Equal((StatusCode.DeadlineExceeded, true), (failure.Status, failure.MayHaveRun));
        Assert.Contains("stage 'reply'", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_and_is_no_timeout()
    {
        var started = Signal<bool>();
        await ServeAsync(context =>
        {
            started.TrySetResult(true);
            return Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        });
        var shop = await RequestAsync();
        using var caller = new CancellationTokenSource();

        var call = shop.QuoteAsync(new QuoteRequest("tea", 1), caller.Token);
        await SoonAsync(started.Task);
        await caller.CancelAsync();

        Assert.Equal(caller.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SoonAsync(call))).CancellationToken);
    }

    [Fact]
    public async Task An_exception_arrives_with_its_type_and_message()
    {
        await ServeAsync(static _ => throw new InvalidOperationException("no ink"));
        var shop = await RequestAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => SoonAsync(shop.QuoteAsync(new QuoteRequest("tea", 1), Token)));

        Assert.Equal((StatusCode.Unknown, "System.InvalidOperationException: no ink", "shop/Quote", true), (failure.Status, failure.Detail, failure.Operation, failure.MayHaveRun));
        Assert.Contains(nameof(CallConsumersTests), failure.RemoteStackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_with_the_name_of_a_declared_fault_arrives_as_that_with_the_data_that_the_consumer_gave()
    {
        await ServeAsync(static _ =>
        {
            var exception = new Legacy.OutOfStock("gone");
            exception.Data["Sku"] = "tea";
            exception.Data["Left"] = 3;
            throw exception;
        });
        var shop = await RequestAsync();

        var fault = await Assert.ThrowsAsync<Shop.OutOfStock>(() => SoonAsync(shop.QuoteAsync(new QuoteRequest("tea", 4), Token)));

        Assert.Equal(("tea", 3, "gone"), (fault.Sku, fault.Left, fault.Data["MassTransit.Message"]));
    }

    [Fact]
    public async Task Headers_travel_both_ways_and_the_trace_goes_on()
    {
        using var listener = new ActivityListener { ShouldListenTo = static source => source.Name is "Messaging", Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded };
        ActivitySource.AddActivityListener(listener);
        var trace = Signal<string?>();
        await ServeAsync(context =>
        {
            trace.TrySetResult(context.Headers.Get<string>("MT-Activity-Id"));
            return context.RespondAsync(new Legacy.Quote(), reply => reply.Headers.Set("tenant", context.Headers.Get<string>("tenant") + "!"));
        });
        var shop = await RequestAsync();
        var response = new ResponseMetadata();
        using var around = new Activity("test").Start();

        await SoonAsync(shop.With(new CallOptions { Headers = Headers("tenant", "Ærø"), Response = response }).QuoteAsync(new QuoteRequest("tea", 1), Token));

        Assert.Equal("Ærø!", (await SoonAsync(response.Headers))["tenant"]);
        Assert.Contains(around.TraceId.ToHexString(), await SoonAsync(trace.Task), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("queue:legacy-ship")]
    public async Task A_command_reaches_its_consumer_published_or_sent(string? address)
    {
        var shipped = Signal<(string Order, Guid? Id)>();
        await StartAsync(bus => bus.AddHandler<Legacy.Ship>(context =>
        {
            shipped.TrySetResult((context.Message.Order, context.MessageId));
            return Task.CompletedTask;
        }).Endpoint(static endpoint => endpoint.Name = "legacy-ship"));
        var shop = await RequestAsync(options => options.Address = address is null ? null : new Uri(address));
        var id = Guid.NewGuid();

        await SoonAsync(shop.With(new CallOptions { MessageId = id.ToString() }).ShipAsync(new Ship("A-1"), Token));

        Assert.Equal(("A-1", id), await SoonAsync(shipped.Task));
    }

    [Fact]
    public async Task A_command_that_nobody_consumes_is_not_lost_in_silence()
    {
        var shop = await RequestAsync();

        var failure = await Assert.ThrowsAsync<RpcException>(() => SoonAsync(shop.ShipAsync(new Ship("A-1"), Token)));

        Assert.Equal((FailureReason.NoRoute, false), (failure.Reason, failure.MayHaveRun));
    }

    private static Dictionary<string, string> Headers(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    private Task<IHost> ServeAsync(Func<ConsumeContext<Legacy.QuoteRequest>, Task> consume) =>
        StartAsync(bus => bus.AddHandler(consume).Endpoint(static endpoint => endpoint.Name = "legacy-quotes"));

    private async Task<IShop> RequestAsync(Action<MassTransitRequesterOptions>? configure = null)
    {
        var host = await StartAsync(messaging: builder => builder.AddRequester<IShop>(options => options.ViaMassTransit(configure)));
        return host.Services.GetRequiredService<IShop>();
    }
}
