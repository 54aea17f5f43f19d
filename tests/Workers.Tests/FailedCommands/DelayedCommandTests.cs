using Messaging.Calls.Contract;
using Messaging.Transport;

namespace Messaging;

/// <summary>Commands that are to run later: because their sender said so, or because they failed.</summary>
public sealed class DelayedCommandTests : DelayedCommandTest
{
    [Fact]
    public async Task A_delayed_commandRuns_when_it_is_due_and_not_before()
    {
        await StartAsync();

        await Calc.With(new CallOptions { Delay = TimeSpan.FromHours(5) }).RecordAsync(new Note("later"), Token);
        Time.Advance(TimeSpan.FromHours(5) - TimeSpan.FromSeconds(1));
        await Calc.RecordAsync(new Note("now"), Token);
        await UntilAsync(1);
        Assert.Equal("now", Runs.Single().Text);

        Time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(2);
        Assert.Equal(("later", 1), Runs.Last());
    }

    [Fact]
    public async Task A_delay_longer_than_the_broker_keeps_a_message_is_kept_all_the_same()
    {
        await StartAsync();

        await Calc.With(new CallOptions { Delay = TimeSpan.FromDays(120) }).RecordAsync(new Note("later"), Token);
        for (var day = 0; day < 119; day++)
        {
            Time.Advance(TimeSpan.FromDays(1));
            await Calc.RecordAsync(new Note($"{day}"), Token);
            await UntilAsync(day + 1);
        }

        Assert.DoesNotContain(Runs, static run => run.Text is "later");
        Time.Advance(TimeSpan.FromDays(2));
        await UntilAsync(120);
        Assert.Equal(("later", 1), Runs.Last());
    }

    [Fact]
    public async Task A_command_that_keeps_failing_is_tried_again_after_growing_delays()
    {
        Fails = note => Runs.Count < 4;
        await StartAsync(options => options.CommandRetry = new CommandRetryOptions { ImmediateRetries = 0, BaseDelay = TimeSpan.FromSeconds(8) });

        await Calc.RecordAsync(new Note("a"), Token);
        foreach (var (runs, seconds) in new[] { (1, 8), (2, 16), (3, 32) })
        {
            await UntilAsync(runs);
            await UntilAsync(() => Faults.Delayed == 1);
            Time.Advance(TimeSpan.FromSeconds(seconds - 1));
            await Task.Yield();
            Assert.Equal(runs, Runs.Count);
            Time.Advance(TimeSpan.FromSeconds((seconds / 4) + 2));
        }

        await UntilAsync(4);
        Assert.Equal([1, 2, 3, 4], Runs.Select(static run => run.Attempt));
        Assert.Empty(Faults.Peek("calc.dead"));
    }

    [Fact]
    public async Task A_restart_of_all_workers_forgets_no_retry()
    {
        Fails = note => Runs.Count < 2;
        await StartAsync(options => options.CommandRetry.ImmediateRetries = 0);
        await Calc.RecordAsync(new Note("a"), Token);
        await UntilAsync(() => Faults.Delayed == 1);

        Faults.Stop();
        Time.Advance(TimeSpan.FromMinutes(1));
        Faults.Start();
        await UntilAsync(() =>
        {
            Time.Advance(TimeSpan.FromMilliseconds(100));
            return Runs.Count == 2;
        });

        Assert.Equal(2, Runs.Last().Attempt);
    }

    [Fact]
    public async Task A_strangers_command_that_is_sent_on_after_48_days_is_what_it_was()
    {
        Fails = static _ => true;
        await StartAsync(static options => options.CommandRetry.MaxAttempts = 1);
        var table = new Dictionary<string, object?>(StringComparer.Ordinal) { ["deep"] = new List<object?> { 1, null } };
        var foreign = new ForeignProperties { Priority = 9, Timestamp = 5, AppId = "theirs", ClusterId = "also" };
        Assert.True(Faults.RawPublish("calc.commands", new InboundMessage
        {
            Type = "Record",
            MessageId = "far",
            ReplyTo = "somebody",
            UserId = "them",
            Foreign = foreign,
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["scheduled"] = true,
                ["delay-left"] = (long)OutboundMessage.MaxDelay.TotalSeconds + 86_400,
                ["x-mine"] = (short)3,
                ["table"] = table,
            },
            Body = """{"text":"far"}"""u8.ToArray(),
        }));

        await UntilAsync(() => Faults.Delayed == 1);
        await UntilAsync(() =>
        {
            Time.Advance(TimeSpan.FromHours(6));
            return Runs.Count == 1;
        });
        await UntilAsync(() => Faults.Peek("calc.dead").Count == 1);

        var lying = Assert.Single(Faults.Peek("calc.dead"));
        Assert.Equal(("Record", "far", "somebody", "them", foreign), (lying.Type, lying.MessageId, lying.ReplyTo, lying.UserId, lying.Foreign));
        Assert.Equal((short)3, lying.Headers!["x-mine"]);
        Assert.Same(table, lying.Headers["table"]);
        Assert.Equal(0L, lying.Headers["delay-left"]);
    }

    [Fact]
    public async Task A_call_cannot_be_delayed()
    {
        await StartAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => Calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(1) }).AddAsync(new Addends(1, 1), Token));
    }
}
