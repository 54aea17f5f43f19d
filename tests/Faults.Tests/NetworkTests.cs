using System.Diagnostics;
using Messaging.Calls.Contract;
using Messaging.Faults.Tests.Support;

namespace Messaging.Faults.Tests;

/// <summary>What the network does to a requester; its workers are on a good one.</summary>
public sealed class NetworkTests(BrokerFixture fixture) : FaultTest(fixture)
{
    private static readonly TimeSpan _heartbeat = TimeSpan.FromSeconds(1);

    [Fact]
    [Row(8)]
    public async Task On_a_half_open_connection_calls_end_on_their_deadline_and_it_is_dead_within_three_heartbeats()
    {
        var proxy = StartProxy();
        await StartWorkerAsync();
        var site = await StartRequesterAsync(proxy, connect: options => options.Heartbeat = _heartbeat);
        await UntilServedAsync(site.Calc);
        var timeout = TimeSpan.FromSeconds(1);
        var calc = site.Calc.With(new CallOptions { Timeout = timeout });

        proxy.Silence();
        var silent = Stopwatch.GetTimestamp();
        var ends = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => EndsAsync(() => calc.AddAsync(new Addends(number, 1), Token))));
        Assert.All(ends, end => Assert.Equal(StatusCode.DeadlineExceeded, end.Status));
        Assert.All(ends, end => Assert.True(end.Elapsed < timeout + Late, $"It took {end.Elapsed}."));

        await UntilAsync(() => site.LinksLost == 1, "the link is taken for lost");
        var noticed = Stopwatch.GetElapsedTime(silent);
        Assert.True(noticed < 3 * _heartbeat, $"It took {noticed}.");

        proxy.Heal();
        await UntilServedAsync(site.Calc);
    }

    [Fact]
    [Row(9)]
    public async Task A_reset_fails_pending_calls_at_once_and_the_requester_is_back()
    {
        var proxy = StartProxy();
        var started = Signal();
        await StartWorkerAsync(new CalcScript
        {
            Add = async (request, token) =>
            {
                if (request.Left < 0)
                {
                    started.TrySetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }

                return new Sum(request.Left + request.Right);
            },
        });
        var site = await StartRequesterAsync(proxy);
        var call = site.Calc.With(new CallOptions { Timeout = Patience }).AddAsync(new Addends(-1, 0), Token);
        await SoonAsync(started.Task);

        proxy.Reset();

        var (failure, elapsed) = await FailsAsync(() => call);
        Assert.Equal((StatusCode.Unavailable, FailureReason.ConnectionLost, true), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.True(elapsed < TimeSpan.FromSeconds(2), $"It took {elapsed}.");
        await UntilServedAsync(site.Calc);
        Assert.Equal(1, site.LinksLost);
    }

    [Fact]
    [Row(10)]
    public async Task Delay_and_jitter_above_the_heartbeat_cost_no_connection()
    {
        var proxy = StartProxy();
        await StartWorkerAsync();
        var site = await StartRequesterAsync(proxy, connect: options => options.Heartbeat = _heartbeat);
        await UntilServedAsync(site.Calc);
        var connections = proxy.Accepted;
        foreach (var direction in new[] { proxy.Upstream, proxy.Downstream })
        {
            direction.Delay = TimeSpan.FromMilliseconds(100);
            direction.Jitter = TimeSpan.FromMilliseconds(400);
        }

        // Longer than the silence that would be taken for death.
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < 4 * _heartbeat)
        {
            Assert.Equal(3, (await SoonAsync(site.Calc.AddAsync(new Addends(1, 2), Token))).Value);
        }

        Assert.Equal(connections, proxy.Accepted);
        Assert.Equal(0, site.LinksLost);
    }

    [Fact]
    [Row(11)]
    public async Task Where_bytes_only_trickle_every_outcome_comes_by_its_deadline()
    {
        var proxy = StartProxy();
        await StartWorkerAsync();
        var site = await StartRequesterAsync(proxy);
        await UntilServedAsync(site.Calc);
        var timeout = TimeSpan.FromSeconds(2);
        var calc = site.Calc.With(new CallOptions { Timeout = timeout });

        proxy.Upstream.BytesPerSecond = 1024;
        var note = new Note(new string('x', 10_000));
        var ends = await Task.WhenAll(Enumerable.Range(0, 100).SelectMany(number => new[]
        {
            EndsAsync(() => calc.AddAsync(new Addends(number, 1), Token)),
            EndsAsync(() => calc.RecordAsync(note, Token)),
        }));

        Assert.All(ends, end => Assert.True(end.Elapsed < timeout + Late, $"{end.Status} took {end.Elapsed}."));
        Assert.Contains(ends, end => end.Status == StatusCode.DeadlineExceeded);
        proxy.Heal();
        await UntilServedAsync(site.Calc);
    }

    [Fact]
    [Row(15)]
    public async Task When_only_the_replies_connection_is_lost_pending_calls_fail_at_once_and_idempotent_ones_are_retried()
    {
        var begun = new SemaphoreSlim(0);
        var hangs = true;
        await StartWorkerAsync(new CalcScript
        {
            Add = async (request, token) =>
            {
                begun.Release();
                await (Volatile.Read(ref hangs) ? Task.Delay(Timeout.InfiniteTimeSpan, token) : Task.CompletedTask);
                return new Sum(request.Left + request.Right);
            },
        });
        var site = await StartRequesterAsync(connect: options => options.ClientProvidedName = "victim");
        var calc = site.Calc.With(new CallOptions { Timeout = Patience });
        var once = calc.AddAsync(new Addends(1, 2), Token);
        var again = calc.AddAgainAsync(new Addends(3, 4), Token);
        await SoonAsync(Task.WhenAll(begun.WaitAsync(Token), begun.WaitAsync(Token)));
        Volatile.Write(ref hangs, false);

        await Broker.RabbitmqctlAsync("eval", """
            [rabbit_networking:close_connection(P, "replies are lost") || P <- rabbit_networking:connections(), begin
               [{client_properties, C}] = rabbit_networking:connection_info(P, [client_properties]),
               lists:member({<<"connection_name">>, longstr, <<"victim replies">>}, C) end].
            """);

        var (failure, elapsed) = await FailsAsync(() => once);
        Assert.Equal((FailureReason.ConnectionLost, true), (failure.Reason, failure.MayHaveRun));
        Assert.True(elapsed < TimeSpan.FromSeconds(2), $"It took {elapsed}.");
        Assert.Equal(7, (await SoonAsync(again)).Value);
    }
}
