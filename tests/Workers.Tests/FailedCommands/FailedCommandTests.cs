using System.Collections.Concurrent;
using System.Globalization;
using Messaging.Calls.Contract;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging;

/// <summary>What becomes of commands whose handler fails.</summary>
public sealed class FailedCommandTests
{
    private const string Commands = "calc.commands";
    private const string DeadLetters = "calc.dead";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_that_fails_is_tried_again_at_once_and_its_handler_knows_the_attempt()
    {
        var attempts = new ConcurrentQueue<int>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var application = await StartAsync((_, _) =>
        {
            attempts.Enqueue(CallContext.Current!.Attempt);
            if (attempts.Count < 3)
            {
                throw new InvalidOperationException("not yet");
            }

            done.SetResult();
            return Task.CompletedTask;
        });

        await application.Calc.RecordAsync(new Note("a"), Token);
        await done.Task.WaitAsync(_patience, Token);

        Assert.Equal([1, 2, 3], attempts);
        Assert.Empty(application.Faults.Peek(DeadLetters));
    }

    [Fact]
    public async Task A_command_that_never_succeeds_is_dead_lettered_with_all_that_is_known_of_it()
    {
        await using var application = await StartAsync(
            static (_, _) => throw new InvalidOperationException("broken"),
            options => options.CommandRetry = new CommandRetryOptions { MaxAttempts = 3, ImmediateRetries = 5 });

        await application.Calc.With(new CallOptions { MessageId = "order-7", Headers = Headers("tenant", "t1") }).RecordAsync(new Note("a"), Token);
        var dead = await DeadAsync(application);

        Assert.Equal(("order-7", "Record", """{"text":"a"}"""), (dead.MessageId, dead.Type, System.Text.Encoding.UTF8.GetString(dead.Body.Span)));
        Assert.Equal("handler failed", Text(dead, WireNames.DeadReason));
        Assert.Equal("System.InvalidOperationException", Text(dead, WireNames.DeadExceptionType));
        Assert.Equal("broken", Text(dead, WireNames.DeadExceptionMessage));
        Assert.Contains(nameof(FailedCommandTests), Text(dead, WireNames.DeadStackTrace)!, StringComparison.Ordinal);
        Assert.Equal(3L, dead.Headers![WireNames.DeadAttempts]);
        Assert.Equal("t1", Text(dead, "tenant"));
        Assert.Equal($"{Environment.MachineName}/{Environment.ProcessId}", Text(dead, WireNames.DeadWorker));
        var first = DateTimeOffset.Parse(Text(dead, WireNames.FirstFailure)!, CultureInfo.InvariantCulture);
        Assert.InRange(DateTimeOffset.Parse(Text(dead, WireNames.DeadLastFailure)!, CultureInfo.InvariantCulture), first, TimeProvider.System.GetUtcNow());
    }

    [Fact]
    public async Task Stack_traces_stay_out_of_the_queue_where_options_say_so()
    {
        await using var application = await StartAsync(
            static (_, _) => throw new InvalidOperationException("broken"),
            options =>
            {
                options.DeadLetterStackTraces = false;
                options.CommandRetry.MaxAttempts = 1;
            });

        await application.Calc.RecordAsync(new Note("a"), Token);

        Assert.DoesNotContain(WireNames.DeadStackTrace, (await DeadAsync(application)).Headers!.Keys);
    }

    [Fact]
    public async Task A_command_that_can_never_succeed_is_dead_lettered_after_one_attempt()
    {
        await using var application = await StartAsync(static (_, _) => throw new RpcException(StatusCode.InvalidArgument, "no such order"));

        await application.Calc.RecordAsync(new Note("a"), Token);
        var dead = await DeadAsync(application);

        Assert.Equal(1L, dead.Headers![WireNames.DeadAttempts]);
        Assert.Contains("no such order", Text(dead, WireNames.DeadExceptionMessage)!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_may_be_discarded_leaves_nothing_behind()
    {
        var next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var application = await StartAsync(
            (note, _) =>
            {
                if (note.Text is "stale")
                {
                    throw new TimeoutException();
                }

                next.SetResult();
                return Task.CompletedTask;
            },
            options =>
            {
                options.CommandConcurrency = 1;
                options.CommandRetry.Classify = static exception => exception is TimeoutException ? FailedCommandAction.Discard : null;
            });

        await application.Calc.RecordAsync(new Note("stale"), Token);
        await application.Calc.RecordAsync(new Note("fresh"), Token);
        await next.Task.WaitAsync(_patience, Token);

        Assert.Empty(application.Faults.Peek(Commands));
        Assert.Empty(application.Faults.Peek(DeadLetters));
    }

    [Fact]
    public async Task A_classification_that_throws_costs_no_command()
    {
        await using var application = await StartAsync(
            static (_, _) => throw new TimeoutException("late"),
            static options => options.CommandRetry.Classify = static _ => throw new InvalidOperationException("a bug"));

        await application.Calc.RecordAsync(new Note("a"), Token);

        Assert.Equal("late", Text(await DeadAsync(application), WireNames.DeadExceptionMessage));
    }

    [Fact]
    public async Task A_command_that_cannot_be_read_is_dead_lettered_without_an_attempt_and_the_worker_lives()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var application = await StartAsync((_, _) =>
        {
            done.SetResult();
            return Task.CompletedTask;
        });

        Assert.True(application.Faults.RawPublish(Commands, new InboundMessage { Type = "Record", ContentType = "application/json", Body = new byte[] { 1, 2, 3 } }, persistent: true));
        var dead = await DeadAsync(application);
        await application.Calc.RecordAsync(new Note("a"), Token);
        await done.Task.WaitAsync(_patience, Token);

        Assert.Contains("can't be decoded", Text(dead, WireNames.DeadReason)!, StringComparison.Ordinal);
        Assert.DoesNotContain(WireNames.DeadExceptionType, dead.Headers!.Keys);
    }

    private static Task<InMemoryApplication> StartAsync(Func<Note, CancellationToken, Task> record, Action<WorkerOptions>? configure = null) =>
        InMemoryApplication.StartAsync(new CalcScript { Record = record }, configure);

    private static Dictionary<string, string> Headers(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    private static string? Text(in InboundMessage message, string header) => HeaderValues.TryGetText(message.Headers!.GetValueOrDefault(header));

    private static async Task<InboundMessage> DeadAsync(InMemoryApplication application)
    {
        IReadOnlyList<InboundMessage> dead = [];
        await UntilAsync(() => (dead = application.Faults.Take(DeadLetters)).Count > 0);
        return Assert.Single(dead);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!condition())
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            await Task.Delay(5, Token);
        }
    }
}
