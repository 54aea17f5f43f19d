using System.Collections.Concurrent;
using System.Text;
using Messaging.Calls.Contract;
using Messaging.Faults.Tests.Support;
using RabbitMQ.Client;

namespace Messaging.Faults.Tests;

/// <summary>An operator deletes or fills what is behind the commands, while workers run.</summary>
public sealed class VanishingTests(BrokerFixture fixture) : FaultTest(fixture)
{
    private const int Commands = 5;

    [Fact]
    [Row(62)]
    public async Task Commands_that_fail_after_their_dead_letter_queue_was_deleted_are_all_in_it_and_each_was_run_once()
    {
        var runs = new ConcurrentQueue<string>();
        var worker = await StartWorkerAsync(Failing(runs), static options => options.CommandRetry.MaxAttempts = 1);
        var site = await StartRequesterAsync();
        await UntilServedAsync(site.Calc);

        await Broker.RabbitmqctlAsync("delete_queue", "calc.dead");
        await SendAsync(site);

        Assert.Equal(Numbers(), await LettersAsync());
        Assert.Equal(Numbers(), runs.Order(StringComparer.Ordinal));
        Assert.Equal(0, worker.LinksLost);
    }

    [Fact]
    [Row(62)]
    public async Task Commands_that_fail_while_their_dead_letter_queue_is_full_wait_for_it_and_each_is_run_once()
    {
        var runs = new ConcurrentQueue<string>();
        var worker = await StartWorkerAsync(Failing(runs), static options => options.CommandRetry.MaxAttempts = 1);
        var site = await StartRequesterAsync();
        await UntilServedAsync(site.Calc);
        await Broker.RabbitmqctlAsync("set_policy", "--apply-to", "queues", "full", "^calc\\.dead$", """{"max-length":2}""");
        try
        {
            await SendAsync(site);
            await UntilAsync(() => runs.Count == Commands, "all have run");
            await UntilAsync(() => Held(worker) == 1, "it is said that they are held");
        }
        finally
        {
            await Broker.RabbitmqctlAsync("clear_policy", "full");
        }

        Assert.Equal(Numbers(), await LettersAsync());
        Assert.Equal(Numbers(), runs.Order(StringComparer.Ordinal));
        Assert.Equal((1, 0), (Held(worker), worker.LinksLost));
    }

    [Fact]
    [Row(62)]
    public async Task A_command_whose_headers_leave_no_room_for_its_exception_is_dead_lettered_without_it()
    {
        var runs = new ConcurrentQueue<string>();
        await StartWorkerAsync(Failing(runs), static options => options.CommandRetry.MaxAttempts = 1);
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        var properties = new BasicProperties
        {
            Type = "Record",
            ContentType = "application/json",
            MessageId = "0",
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["large"] = new string('x', 127_000) },
        };
        await channel.BasicPublishAsync(string.Empty, "calc.commands", mandatory: true, properties, Encoding.UTF8.GetBytes("""{"text":"0"}"""), Token);

        BasicGetResult? letter = null;
        await UntilAsync(async () => (letter = await channel.BasicGetAsync("calc.dead", autoAck: true, Token)) is not null, "it is dead-lettered");

        Assert.Equal(["0"], runs);
        Assert.Equal("handler failed", Encoding.UTF8.GetString((byte[])letter!.BasicProperties.Headers!["dead-reason"]!));
    }

    private static int Held(Site worker) => worker.Warnings.Count(static warning => warning.Contains("can't be moved to calc.dead", StringComparison.Ordinal));

    private static IEnumerable<string> Numbers() => Enumerable.Range(0, Commands).Select(static number => $"{number}");

    private static async Task SendAsync(Site site)
    {
        foreach (var number in Numbers())
        {
            await SoonAsync(site.Calc.RecordAsync(new Note(number), Token));
        }
    }

    /// <summary>The texts of as many dead letters as there were commands.</summary>
    private async Task<IEnumerable<string>> LettersAsync()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        var texts = new List<string>();
        await UntilAsync(
            async () =>
            {
                if (await channel.BasicGetAsync("calc.dead", autoAck: true, Token) is { } letter)
                {
                    texts.Add(Encoding.UTF8.GetString(letter.Body.Span)[9..^2]);
                }

                return texts.Count == Commands;
            },
            "all are dead-lettered");
        return texts.Order(StringComparer.Ordinal);
    }

    private static CalcScript Failing(ConcurrentQueue<string> runs) => new()
    {
        Record = (note, _) =>
        {
            runs.Enqueue(note.Text);
            throw new InvalidOperationException("it fails");
        },
    };
}
