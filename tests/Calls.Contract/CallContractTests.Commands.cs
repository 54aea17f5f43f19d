using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Fact]
    public async Task A_command_that_fails_is_tried_again_at_once_and_then_after_a_delay()
    {
        var attempts = new ConcurrentQueue<int>();
        var done = Signal();
        await StartWorkerAsync(
            new CalcScript
            {
                Record = (_, _) =>
                {
                    attempts.Enqueue(CallContext.Current!.Attempt);
                    if (attempts.Count < 3)
                    {
                        throw new InvalidOperationException("not yet");
                    }

                    done.SetResult();
                    return Task.CompletedTask;
                },
            },
            static options => (options.CommandRetry.ImmediateRetries, options.CommandRetry.BaseDelay) = (1, TimeSpan.FromSeconds(1)));
        var calc = await StartRequesterAsync();

        await SoonAsync(calc.RecordAsync(new Note("a"), Token));
        await SoonAsync(done.Task);

        Assert.Equal([1, 2, 3], attempts);
    }

    [Fact]
    public async Task A_delayed_command_runs_when_it_is_due_unless_it_was_cancelled()
    {
        var runs = new ConcurrentQueue<string>();
        var last = Signal();
        await StartWorkerAsync(new CalcScript
        {
            Record = (note, _) =>
            {
                runs.Enqueue(note.Text);
                if (note.Text is "last")
                {
                    last.SetResult();
                }

                return Task.CompletedTask;
            },
        });
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>());
        var calc = host.Services.GetRequiredService<ICalc>();
        var id = Guid.NewGuid().ToString("N");

        await SoonAsync(calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(2), MessageId = id }).RecordAsync(new Note("cancelled"), Token));
        await SoonAsync(calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(2) }).RecordAsync(new Note("kept"), Token));
        await SoonAsync(host.Services.GetRequiredService<IScheduledCommands>().CancelAsync("calc", id, Token));
        await SoonAsync(calc.With(new CallOptions { Delay = TimeSpan.FromSeconds(5) }).RecordAsync(new Note("last"), Token));
        await SoonAsync(calc.RecordAsync(new Note("now"), Token));
        await SoonAsync(last.Task);

        Assert.Equal(["now", "kept", "last"], runs);
    }

    [Fact]
    public async Task A_dead_letter_is_looked_at_repaired_and_run_again()
    {
        var repaired = Signal();
        await StartWorkerAsync(
            new CalcScript
            {
                Record = (note, _) =>
                {
                    if (note.Text is not "repaired")
                    {
                        throw new InvalidOperationException("no ink");
                    }

                    repaired.SetResult();
                    return Task.CompletedTask;
                },
            },
            static options => options.CommandRetry.MaxAttempts = 1);
        var host = await StartHostAsync(static builder => builder.AddRequester<ICalc>());
        var dead = host.Services.GetRequiredService<IDeadLetters>();
        var id = Guid.NewGuid().ToString("N");

        await SoonAsync(host.Services.GetRequiredService<ICalc>().With(new CallOptions { MessageId = id }).RecordAsync(new Note("broken"), Token));
        IReadOnlyList<DeadLetter> letters;
        while ((letters = [.. (await SoonAsync(dead.ListAsync("calc", 1000, Token))).Where(IsIt)]).Count == 0)
        {
            await Task.Yield();
        }

        var letter = Assert.Single(letters);

        Assert.Equal(("Record", "no ink", 1L), (letter.Method, letter.ExceptionMessage, letter.Attempts));
        Assert.Equal("""{"text":"broken"}""", Encoding.UTF8.GetString(letter.Body.Span));
        Assert.Equal(1, await SoonAsync(dead.ReplayAsync(
            "calc", IsIt, static _ => new DeadLetterEdit { Body = """{"text":"repaired"}"""u8.ToArray() }, Token)));
        await SoonAsync(repaired.Task);
        Assert.DoesNotContain(await SoonAsync(dead.ListAsync("calc", 1000, Token)), IsIt);

        bool IsIt(DeadLetter one) => string.Equals(one.MessageId, id, StringComparison.Ordinal);
    }
}
