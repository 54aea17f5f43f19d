using Messaging.Calls.Contract;
using Messaging.Faults.Tests.Support;

namespace Messaging.Faults.Tests;

/// <summary>A broker that takes no more connections.</summary>
public sealed class AdmissionTests(BrokerFixture fixture) : FaultTest(fixture)
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(4);

    // 100 ms and doubling: so many attempts fit into the timeout at the most, even where every delay comes out short.
    private const int MostAttempts = 15;

    [Fact]
    [Row(23)]
    public async Task While_listeners_are_suspended_what_is_connected_is_served_and_others_back_off_until_they_are_let_in()
    {
        await StartWorkerAsync();
        var connected = await StartRequesterAsync();
        await UntilServedAsync(connected.Calc);
        var proxy = StartProxy();

        await Broker.RabbitmqctlAsync("suspend_listeners");
        Site late;
        try
        {
            late = await StartRequesterAsync(proxy);
            var (failure, elapsed) = await FailsAsync(() => late.Calc.With(new CallOptions { Timeout = _timeout }).AddAsync(new Addends(1, 2), Token));
            Assert.Equal((StatusCode.DeadlineExceeded, false), (failure.Status, failure.MayHaveRun));
            Assert.True(elapsed < _timeout + Late, $"It took {elapsed}.");
            Assert.InRange(proxy.Accepted, 2, MostAttempts);
            Assert.Single(late.Warnings);
            Assert.Equal(3, (await SoonAsync(connected.Calc.AddAsync(new Addends(1, 2), Token))).Value);
        }
        finally
        {
            await Broker.RabbitmqctlAsync("resume_listeners");
        }

        await UntilServedAsync(late.Calc);
    }

    [Fact]
    [Row(24)]
    public async Task A_connection_limit_is_named_and_not_run_against_without_pause()
    {
        await StartWorkerAsync();
        var proxy = StartProxy();

        await Broker.RabbitmqctlAsync("set_vhost_limits", "-p", "/", """{"max-connections":0}""");
        Site late;
        try
        {
            late = await StartRequesterAsync(proxy);
            var (failure, elapsed) = await FailsAsync(() => late.Calc.With(new CallOptions { Timeout = _timeout }).AddAsync(new Addends(1, 2), Token));
            Assert.Equal((StatusCode.DeadlineExceeded, false), (failure.Status, failure.MayHaveRun));
            Assert.Contains("limit", failure.Detail, StringComparison.Ordinal);
            Assert.True(elapsed < _timeout + Late, $"It took {elapsed}.");
            Assert.InRange(proxy.Accepted, 2, MostAttempts);
            Assert.Single(late.Warnings);
        }
        finally
        {
            await Broker.RabbitmqctlAsync("clear_vhost_limits", "-p", "/");
        }

        await UntilServedAsync(late.Calc);
    }
}
