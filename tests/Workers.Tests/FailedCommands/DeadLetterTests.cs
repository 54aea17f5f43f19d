using System.Collections.Concurrent;
using System.Text;
using Messaging.Calls.Contract;
using Messaging.Transport;

namespace Messaging;

/// <summary>What people can do with dead letters while the system runs.</summary>
public sealed class DeadLetterTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _handled = new();
    private volatile string? _failing = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dead_letters_are_listed_oldest_first_and_stay_where_they_are()
    {
        await using var application = await StartAsync();
        await KillAsync(application, "a", "b", "c");

        var letters = await application.DeadLetters.ListAsync("calc", cancellationToken: Token);
        var first = await application.DeadLetters.ListAsync("calc", limit: 2, Token);

        Assert.Equal(["a", "b", "c"], letters.Select(static letter => letter.MessageId));
        Assert.Equal(["a", "b"], first.Select(static letter => letter.MessageId));
        Assert.Equal(3, await application.DeadLetters.CountAsync("calc", Token));
        var letter = letters[0];
        Assert.Equal(("calc", "Record", "application/json"), (letter.Service, letter.Method, letter.ContentType));
        Assert.Equal("""{"text":"a"}""", Encoding.UTF8.GetString(letter.Body.Span));
        Assert.Equal(("handler failed", "System.InvalidOperationException", "a fails", 1L), (letter.Reason, letter.ExceptionType, letter.ExceptionMessage, letter.Attempts));
        Assert.NotNull(letter.StackTrace);
        Assert.NotNull(letter.Worker);
        Assert.True(letter.FirstFailure <= letter.LastFailure);
        Assert.Empty(letter.History);
    }

    [Fact]
    public async Task A_service_that_nobody_ever_served_has_none()
    {
        await using var application = await StartAsync();

        Assert.Equal(0, await application.DeadLetters.CountAsync("nobody", Token));
        Assert.Empty(await application.DeadLetters.ListAsync("nobody", cancellationToken: Token));
        Assert.Equal(0, await application.DeadLetters.ReplayAsync("nobody", cancellationToken: Token));
    }

    [Fact]
    public async Task Those_that_are_chosen_are_run_again_and_the_others_stay()
    {
        await using var application = await StartAsync();
        await KillAsync(application, "a", "b", "c");

        _failing = null;
        Assert.Equal(1, await application.DeadLetters.ReplayAsync("calc", static letter => letter.MessageId is "b", cancellationToken: Token));

        await UntilAsync(() => _handled.Contains("b", StringComparer.Ordinal));
        Assert.Equal(["a", "c"], (await application.DeadLetters.ListAsync("calc", cancellationToken: Token)).Select(static letter => letter.MessageId));
    }

    [Fact]
    public async Task A_command_can_be_repaired_before_it_is_run_again()
    {
        await using var application = await StartAsync();
        await KillAsync(application, "a");

        _failing = null;
        await application.DeadLetters.ReplayAsync(
            "calc",
            edit: static _ => new DeadLetterEdit
            {
                Body = """{"text":"repaired"}"""u8.ToArray(),
                Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["by"] = "me" },
            },
            cancellationToken: Token);

        await UntilAsync(() => _handled.Contains("repaired by me", StringComparer.Ordinal));
        Assert.Equal(0, await application.DeadLetters.CountAsync("calc", Token));
    }

    [Fact]
    public async Task A_replay_that_fails_comes_back_with_its_history()
    {
        await using var application = await StartAsync();
        await KillAsync(application, "a");

        Assert.Equal(1, await application.DeadLetters.ReplayAsync("calc", cancellationToken: Token));
        await UntilAsync(async () => await application.DeadLetters.CountAsync("calc", Token) == 1);
        Assert.Equal(1, await application.DeadLetters.ReplayAsync("calc", cancellationToken: Token));
        await UntilAsync(async () => await application.DeadLetters.CountAsync("calc", Token) == 1);

        var letter = Assert.Single(await application.DeadLetters.ListAsync("calc", cancellationToken: Token));
        Assert.Equal(("a", 1L), (letter.MessageId, letter.Attempts));
        Assert.Equal(2, letter.History.Count);
        Assert.All(letter.History, static line => Assert.Contains("a fails", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Those_that_are_chosen_are_deleted_and_the_others_stay()
    {
        await using var application = await StartAsync();
        await KillAsync(application, "a", "b", "c");

        Assert.Equal(2, await application.DeadLetters.PurgeAsync("calc", static letter => letter.MessageId is not "b", Token));

        Assert.Equal("b", Assert.Single(await application.DeadLetters.ListAsync("calc", cancellationToken: Token)).MessageId);
    }

    [Fact]
    public async Task A_replay_that_the_broker_does_not_take_leaves_the_dead_letter_where_it_is()
    {
        await using var application = await StartAsync();
        await KillAsync(application, "a");
        application.Faults.RefuseConfirms = true;

        var failure = await Assert.ThrowsAsync<RpcException>(() => application.DeadLetters.ReplayAsync("calc", cancellationToken: Token));

        Assert.Equal(StatusCode.ResourceExhausted, failure.Status);
        Assert.Equal(1, await application.DeadLetters.CountAsync("calc", Token));
    }

    [Fact]
    public async Task A_dead_letter_of_a_strangers_making_is_shown_as_far_as_it_can_be_read()
    {
        await using var application = await StartAsync();
        application.Faults.RawPublish("calc.dead", new InboundMessage
        {
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["dead-attempts"] = "many",
                ["first-failure"] = new byte[] { 0xff, 0xfe },
                ["x-last-death-reason"] = "delivery_limit",
                ["dead-history"] = 7,
                ["nested"] = new Dictionary<string, object?>(StringComparer.Ordinal),
            },
        });

        var letter = Assert.Single(await application.DeadLetters.ListAsync("calc", cancellationToken: Token));

        Assert.Equal(("delivery_limit", null, null), (letter.Reason, letter.Attempts, letter.FirstFailure));
        Assert.Equal(new KeyValuePair<string, string>("nested", "{}"), Assert.Single(letter.Headers));
        Assert.Equal(1, await application.DeadLetters.ReplayAsync("calc", cancellationToken: Token));
    }

    private Task<InMemoryApplication> StartAsync() => InMemoryApplication.StartAsync(
        new CalcScript
        {
            Record = (note, _) =>
            {
                if (_failing is not null)
                {
                    throw new InvalidOperationException($"{note.Text} fails");
                }

                _handled.Enqueue(CallContext.Current!.Headers.TryGetValue("by", out var by) ? $"{note.Text} by {by}" : note.Text);
                return Task.CompletedTask;
            },
        },
        static options => options.CommandRetry.MaxAttempts = 1);

    private static async Task KillAsync(InMemoryApplication application, params string[] texts)
    {
        for (var i = 0; i < texts.Length; i++)
        {
            await application.Calc.With(new CallOptions { MessageId = texts[i] }).RecordAsync(new Note(texts[i]), Token);
            await UntilAsync(async () => await application.DeadLetters.CountAsync("calc", Token) == i + 1);
        }
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var limit = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (!await condition())
        {
            Assert.InRange(Environment.TickCount64, 0, limit);
            await Task.Delay(5, Token);
        }
    }
}
