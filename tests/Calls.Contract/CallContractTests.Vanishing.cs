using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messaging.Calls.Contract;

public abstract partial class CallContractTests
{
    [Fact]
    public async Task Commands_that_fail_after_the_dead_letter_queue_was_deleted_are_dead_lettered_and_each_was_run_once()
    {
        const int Commands = 5;
        var runs = new ConcurrentQueue<string>();
        await StartWorkerAsync(FailingScript(runs), static options => options.CommandRetry.MaxAttempts = 1);
        var calc = await StartRequesterAsync();

        await Harness.DeleteQueueAsync("calc.dead");
        for (var i = 0; i < Commands; i++)
        {
            await SoonAsync(calc.RecordAsync(new Note($"{i}"), Token));
        }

        for (var i = 0; i < Commands; i++)
        {
            Assert.NotNull((await Harness.TakeAsync("calc.dead", Token)).MessageId);
        }

        Assert.Equal(["0", "1", "2", "3", "4"], runs.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Commands_that_fail_while_the_dead_letter_queue_is_full_are_held_until_it_is_not_and_each_is_run_once()
    {
        const int Commands = 5;
        var runs = new ConcurrentQueue<string>();
        var fine = Signal();
        var worker = await StartHostAsync(builder =>
        {
            builder.Services.AddHealthChecks().AddMessaging();
            builder.Services.AddSingleton(FailingScript(runs, fine));
            builder.AddWorker<ICalc, ScriptedCalc>(static options => (options.CommandRetry.MaxAttempts, options.CommandConcurrency, options.CommandPrefetch) = (1, 1, 100));
        });
        var calc = await StartRequesterAsync();
        await Harness.RefusePublishesAsync("calc.dead");

        for (var i = 0; i < Commands; i++)
        {
            await SoonAsync(calc.RecordAsync(new Note($"{i}"), Token));
        }

        // One at a time runs, and those that are held take none's place.
        await SoonAsync(calc.RecordAsync(new Note("fine"), Token));
        await SoonAsync(fine.Task);
        var health = await worker.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token);
        await Harness.TakePublishesAsync();
        var letters = new HashSet<string>(StringComparer.Ordinal);
        while (letters.Count < Commands)
        {
            if ((await Harness.TakeAsync("calc.dead", Token)).MessageId is { } id)
            {
                letters.Add(id);
            }
        }

        Assert.Equal(["0", "1", "2", "3", "4"], runs.Order(StringComparer.Ordinal));
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("calc.dead", health.Entries["messaging-ready"].Description, StringComparison.Ordinal);
    }

    private static CalcScript FailingScript(ConcurrentQueue<string> runs, TaskCompletionSource? fine = null) => new()
    {
        Record = (note, _) =>
        {
            if (note.Text is "fine")
            {
                fine!.TrySetResult();
                return Task.CompletedTask;
            }

            runs.Enqueue(note.Text);
            throw new InvalidOperationException("it fails");
        },
    };
}
