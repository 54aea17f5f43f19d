using Messaging.Calls.Contract;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messaging;

/// <summary>Commands that are to run later and are cancelled meanwhile, and what is so while the broker doesn't say whether one was.</summary>
public sealed class CancelledCommandTests : DelayedCommandTest
{
    [Fact]
    public async Task A_delayed_command_that_is_cancelled_neverRuns_and_its_neighbours_do()
    {
        await StartAsync();
        foreach (var id in new[] { "a", "b", "c" })
        {
            await Calc.With(new CallOptions { Delay = TimeSpan.FromDays(100), MessageId = id }).RecordAsync(new Note(id), Token);
        }

        await Application.Services.GetRequiredService<IScheduledCommands>().CancelAsync("calc", "b", Token);

        // 101 days are what it takes where each part of the delay is sent on at once, and half a day more for each that is late.
        for (var half = 0; half < 206; half++)
        {
            Time.Advance(TimeSpan.FromHours(12));
            await Calc.RecordAsync(new Note("half a day"), Token);
            await UntilAsync(static run => run.Text is "half a day", half + 1);
        }

        await UntilAsync(static run => run.Text is "a" or "c", 2);
        Assert.DoesNotContain(Runs, static run => run.Text is "b");
        Assert.Empty(Faults.Peek("calc.dead"));
    }

    [Fact]
    public async Task A_cancelled_command_that_was_sent_twice_is_dropped_twice_and_then_forgotten()
    {
        await StartAsync();
        var scheduled = Application.Services.GetRequiredService<IScheduledCommands>();
        foreach (var seconds in new[] { 3600, 3630 })
        {
            await Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(seconds), MessageId = "a" }).RecordAsync(new Note("a"), Token);
        }

        await scheduled.CancelAsync("calc", "a", Token);
        await scheduled.CancelAsync("calc", "of-nobody", Token);
        Time.Advance(TimeSpan.FromSeconds(3600));
        await Calc.RecordAsync(new Note("1"), Token);
        await UntilAsync(1);
        Time.Advance(TimeSpan.FromSeconds(30));
        await Calc.RecordAsync(new Note("2"), Token);
        await UntilAsync(2);
        Assert.Equal(2, Faults.Cancelled);
        await UntilAsync(() =>
        {
            Time.Advance(TimeSpan.FromSeconds(5));
            return Faults.Cancelled == 1;
        });

        await Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(1), MessageId = "a" }).RecordAsync(new Note("again"), Token);
        Time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(3);
        Assert.Equal(["1", "2", "again"], Runs.Select(static run => run.Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_scheduled_command_waits_while_the_broker_does_not_say_whether_it_was_cancelled(bool takesCopies)
    {
        await StartAsync(static options => options.CommandDeliveryLimit = 2);
        foreach (var id in new[] { "a", "b" })
        {
            await Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(5), MessageId = id }).RecordAsync(new Note(id), Token);
        }

        await Application.Services.GetRequiredService<IScheduledCommands>().CancelAsync("calc", "b", Token);
        Refuse(refuse: true, takesCopies);
        for (var seconds = 0; seconds < 600; seconds += 5)
        {
            Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(1, Token);
        }

        await UntilHealthIsAsync(HealthStatus.Degraded);
        Assert.Empty(Runs);
        Assert.Empty(Faults.Peek("calc.dead"));

        Refuse(refuse: false, takesCopies);
        await UntilAsync(() =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            return !Runs.IsEmpty;
        });
        await UntilHealthIsAsync(HealthStatus.Healthy);
        for (var seconds = 0; seconds < 60; seconds++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, Token);
        }

        Assert.Equal(("a", 1), Assert.Single(Runs));
        Assert.Empty(Faults.Peek("calc.dead"));
    }

    [Fact]
    public async Task A_scheduled_command_that_waits_for_an_answer_goes_back_when_its_worker_stops()
    {
        await StartAsync();
        await Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(5), MessageId = "a" }).RecordAsync(new Note("a"), Token);
        Refuse(refuse: true, takesCopies: false);
        Time.Advance(TimeSpan.FromSeconds(5));
        await UntilHealthIsAsync(HealthStatus.Degraded);

        await Application.StopAsync(Token);

        Assert.Empty(Runs);
        Assert.Equal("a", Assert.Single(Faults.Peek("calc.commands")).MessageId);
    }
}
