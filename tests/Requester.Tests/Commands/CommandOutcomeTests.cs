using System.Text;
using Messaging.Calls.Contract;
using Messaging.InMemory;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Commands;

/// <summary>How sending a command can end.</summary>
public sealed class CommandOutcomeTests : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryBroker _broker = new();
    private ServiceProvider? _services;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Queue => WireNames.CommandsQueue("calc");

    private BrokerFaults Faults => _broker.Faults;

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
        }

        _broker.Dispose();
    }

    [Fact]
    public async Task A_command_is_accepted_on_the_confirm_and_not_before()
    {
        var calc = await StartAsync();
        Faults.WithholdConfirms = true;

        var sending = calc.RecordAsync(new Note("a"), Token);
        Assert.Single(Faults.Peek(Queue));
        Assert.False(sending.IsCompleted);

        Faults.WithholdConfirms = false;
        await sending.WaitAsync(_patience, Token);
    }

    [Fact]
    public async Task A_command_whose_confirm_is_missing_is_sent_again_with_the_same_message_id()
    {
        var calc = await StartAsync();
        Faults.WithholdConfirms = true;
        var sending = calc.RecordAsync(new Note("a"), Token);

        Faults.WithholdConfirms = false;
        Faults.WithholdConfirms = true;
        var second = calc.RecordAsync(new Note("b"), Token);
        Faults.CutRequesters();
        Faults.WithholdConfirms = false;
        await SoonAsync(sending);
        await SoonAsync(second);

        var messages = Faults.Peek(Queue);
        var again = messages.Where(message => Encoding.UTF8.GetString(message.Body.Span).Contains("\"b\"", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, again.Count);
        Assert.Equal(again[0].MessageId, again[1].MessageId);
        Assert.NotNull(again[0].MessageId);
    }

    [Fact]
    public async Task All_that_a_lost_connection_left_unconfirmed_is_accepted_by_the_next()
    {
        var calc = await StartAsync();
        Faults.WithholdConfirms = true;
        var sending = Enumerable.Range(0, 500).Select(number => calc.RecordAsync(new Note($"{number}"), Token)).ToList();

        Faults.CutRequesters();
        Faults.WithholdConfirms = false;
        await SoonAsync(Task.WhenAll(sending));

        Assert.Equal(500, Faults.Peek(Queue).Select(message => message.MessageId).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task A_missing_confirm_ends_at_the_deadline_and_the_command_may_run()
    {
        var calc = await StartAsync();
        Faults.WithholdConfirms = true;

        var sending = calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(3) }).RecordAsync(new Note("a"), Token);
        var failure = await FailsAsync(sending);

        Assert.Equal((StatusCode.DeadlineExceeded, true), (failure.Status, failure.MayHaveRun));
        Assert.Contains("stage 'confirm'", failure.Detail, StringComparison.Ordinal);
        Assert.Equal("calc/Record", failure.Operation);
    }

    [Fact]
    public async Task A_refused_command_fails_as_overloaded_and_was_not_taken()
    {
        var calc = await StartAsync();
        Faults.RefuseConfirms = true;

        var failure = await FailsAsync(calc.RecordAsync(new Note("a"), Token));

        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.Overloaded, false), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.Empty(Faults.Peek(Queue));
    }

    [Fact]
    public async Task A_command_that_is_refused_while_nobody_leads_its_queue_is_sent_again_and_accepted_once()
    {
        var calc = await StartAsync();
        Faults.LacksQuorum = true;
        var sending = calc.With(new CallOptions { MessageId = "order-7", Timeout = TimeSpan.FromSeconds(20) }).RecordAsync(new Note("a"), Token);
        await PassAsync(TimeSpan.FromSeconds(7));
        Assert.False(sending.IsCompleted);

        Faults.LacksQuorum = false;
        await SoonAsync(sending);

        Assert.Equal("order-7", Assert.Single(Faults.Peek(Queue)).MessageId);
    }

    [Fact]
    public async Task A_command_whose_queue_nobody_leads_until_its_deadline_was_not_taken_and_says_why()
    {
        var calc = await StartAsync();
        Faults.LacksQuorum = true;

        var failure = await FailsAsync(calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(3) }).RecordAsync(new Note("a"), Token));

        Assert.Equal((StatusCode.DeadlineExceeded, false), (failure.Status, failure.MayHaveRun));
        Assert.Contains("stage 'quorum': the broker refused the message every time. Publishing to 'calc.commands': nobody leads the queue", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_confirmed_call_that_is_refused_while_nobody_leads_its_queue_is_sent_again()
    {
        _broker.Declare("calc", QueueArguments.DeadLetters);
        var calc = await StartAsync(static options => options.ConfirmCalls = true);
        Faults.LacksQuorum = true;
        var calling = calc.AddAsync(new Addends(1, 1), Token);
        await PassAsync(TimeSpan.FromSeconds(3));
        Assert.Empty(Faults.Peek("calc"));
        Assert.False(calling.IsCompleted);

        Faults.LacksQuorum = false;
        await PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal("Add", Assert.Single(Faults.Peek("calc")).Type);
    }

    [Fact]
    public async Task A_refusal_after_an_attempt_that_broke_midway_leaves_open_whether_it_runs()
    {
        var calc = await StartAsync();
        Faults.WithholdConfirms = true;
        var sending = calc.RecordAsync(new Note("a"), Token);

        Faults.RefuseConfirms = true;
        Faults.CutRequesters();
        var failure = await FailsAsync(sending);

        Assert.Equal((StatusCode.ResourceExhausted, true), (failure.Status, failure.MayHaveRun));
    }

    [Fact]
    public async Task A_service_that_was_never_served_is_said_at_once()
    {
        var calc = Start();

        var failure = await FailsAsync(calc.RecordAsync(new Note("a"), Token));

        Assert.Equal((StatusCode.Unavailable, FailureReason.NoRoute, false), (failure.Status, failure.Reason, failure.MayHaveRun));
    }

    [Fact]
    public async Task While_there_is_no_broker_a_command_waits_inside_its_deadline()
    {
        var calc = await StartAsync();
        Faults.Stop();
        var late = calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(3) }).RecordAsync(new Note("late"), Token);
        var failure = await FailsAsync(late);
        Assert.Equal((StatusCode.DeadlineExceeded, false), (failure.Status, failure.MayHaveRun));

        var patient = calc.With(new CallOptions { Timeout = TimeSpan.FromDays(1) }).RecordAsync(new Note("patient"), Token);
        Faults.Start();
        await SoonAsync(patient);

        Assert.Single(Faults.Peek(Queue));
    }

    [Fact]
    public async Task A_cancelled_sender_is_told_so()
    {
        var calc = await StartAsync();
        Faults.WithholdConfirms = true;
        using var sender = new CancellationTokenSource();

        var sending = calc.RecordAsync(new Note("a"), sender.Token);
        await sender.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(_patience, Token));
        Assert.Equal(sender.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task No_more_than_allowed_await_their_confirm_and_the_others_wait_for_room()
    {
        var calc = await StartAsync(options => options.MaxPendingCommands = 2);
        Faults.WithholdConfirms = true;

        var sending = Enumerable.Range(0, 5).Select(number => calc.RecordAsync(new Note($"{number}"), Token)).ToList();
        Assert.Equal(2, Faults.Peek(Queue).Count);
        Faults.WithholdConfirms = false;
        await SoonAsync(Task.WhenAll(sending));

        Assert.Equal(5, Faults.Peek(Queue).Count);
    }

    [Fact]
    public async Task Where_it_is_configured_a_command_without_room_fails_at_once()
    {
        var calc = await StartAsync(options => (options.MaxPendingCommands, options.WhenFull) = (1, FullWindowBehavior.Fail));
        Faults.WithholdConfirms = true;
        var first = calc.RecordAsync(new Note("1"), Token);

        var failure = await Assert.ThrowsAsync<RpcException>(() => calc.RecordAsync(new Note("2"), Token).WaitAsync(_patience, Token));

        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.Overloaded, false), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.Contains("MaxPendingCommands", failure.Detail, StringComparison.Ordinal);
        Faults.WithholdConfirms = false;
        await SoonAsync(first);
        await SoonAsync(calc.RecordAsync(new Note("3"), Token));
    }

    [Fact]
    public async Task The_sender_may_choose_the_message_id()
    {
        var calc = await StartAsync();

        await SoonAsync(calc.With(new CallOptions { MessageId = "order-7" }).RecordAsync(new Note("a"), Token));

        Assert.Equal("order-7", Assert.Single(Faults.Peek(Queue)).MessageId);
    }

    [Fact]
    public async Task Many_are_sent_and_awaited_once()
    {
        var calc = await StartAsync();

        await SoonAsync(Enumerable.Range(0, 10_000).Select(static number => new Note($"{number}")).SendAllAsync(calc.RecordAsync, Token));

        Assert.Equal(10_000, Faults.Peek(Queue).Count);
    }

    [Fact]
    public async Task Of_many_those_that_were_not_accepted_are_named()
    {
        var calc = await StartAsync();
        Note[] notes = [new("good"), new("bad"), new("fine")];

        var failure = await Assert.ThrowsAsync<CommandsNotAcceptedException<Note>>(() => notes.SendAllAsync(
            (note, token) =>
            {
                Faults.RefuseConfirms = note.Text is "bad";
                return calc.RecordAsync(note, token);
            },
            Token).WaitAsync(_patience, Token));

        var one = Assert.Single(failure.Failures);
        Assert.Equal((notes[1], 3), (one.Command, failure.Count));
        Assert.Equal(FailureReason.Overloaded, Assert.IsType<RpcException>(one.Exception).Reason);
        Assert.Equal(2, Faults.Peek(Queue).Count);
    }

    /// <summary>Lets time pass until the task ends.</summary>
    private async Task SoonAsync(Task task)
    {
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!task.IsCompleted)
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        await task;
    }

    /// <summary>Lets so much time pass, in steps between which whoever waits for a timer goes on.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(10))
        {
            _time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }
    }

    private async Task<RpcException> FailsAsync(Task task) => await Assert.ThrowsAsync<RpcException>(() => SoonAsync(task));

    private ICalc Start(Action<RequesterOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddMessaging().UseInMemory(_broker).AddRequester<ICalc>(options =>
        {
            // Time passes quickly here: what a test does not end is not ended by it.
            options.Timeout = TimeSpan.FromDays(20);
            configure?.Invoke(options);
        });
        _services = services.BuildServiceProvider();
        return _services.GetRequiredService<ICalc>();
    }

    /// <summary>The queues are there, as workers have been; none consumes.</summary>
    private async Task<ICalc> StartAsync(Action<RequesterOptions>? configure = null)
    {
        _broker.Declare(Queue, QueueArguments.DeadLetters);
        var calc = Start(configure);

        // Connected, so that what a test does next meets an open link.
        await SoonAsync(calc.RecordAsync(new Note("connect"), Token));
        Faults.Take(Queue);
        return calc;
    }
}
