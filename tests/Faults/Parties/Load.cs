using System.Diagnostics;
using Messaging.Faults.Ledgers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Faults.Parties;

/// <summary>
/// Makes calls and commands at a rate of its own, whatever becomes of them, and writes down the intent and the outcome
/// of each. When it is stopped it makes no more and waits for the outcomes that are due.
/// </summary>
internal sealed class Load(IProbe probe, Ledger ledger, IOptions<PartyOptions> options) : BackgroundService
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(20);

    private readonly PartyOptions _options = options.Value;
    private readonly IProbe _calls = probe.With(new CallOptions { Timeout = options.Value.CallTimeout });
    private readonly IProbe _commands = probe.With(new CallOptions { Timeout = options.Value.CommandTimeout });
    private readonly SemaphoreSlim _room = new(options.Value.MaxUnderWay);

    public override void Dispose()
    {
        _room.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var stream = 0; stream < _options.Streams; stream++)
        {
            _ = ReadAsync(stoppingToken);
        }

        try
        {
            await GenerateAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // No more are made.
        }

        for (var place = 0; place < _options.MaxUnderWay; place++)
        {
            await _room.WaitAsync(CancellationToken.None);
        }

        await ledger.WriteAsync(new LedgerLine(LedgerEvent.End, "-"));
        Console.WriteLine("done");
    }

    private async Task GenerateAsync(CancellationToken stoppingToken)
    {
        var random = new Random(_options.Seed);
        var owed = 0.0;
        var last = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(_tick);
        var made = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = Stopwatch.GetTimestamp();
            owed = Math.Min(_options.Rate, owed + (Stopwatch.GetElapsedTime(last, now).TotalSeconds * _options.Rate));
            last = now;
            for (; owed >= 1; owed--)
            {
                await _room.WaitAsync(stoppingToken);
                made++;
                var id = $"{_options.Name}-{made}";
                _ = random.NextDouble() < _options.CallShare ? CallAsync(id) : CommandAsync(id);
                if (made == _options.Count)
                {
                    return;
                }
            }
        }
    }

    private async Task ReadAsync(CancellationToken stoppingToken)
    {
        var began = false;
        await foreach (var _ in probe.WatchAsync(new Question("watch"), stoppingToken))
        {
            if (!began)
            {
                began = true;
                Console.WriteLine("reading");
            }
        }
    }

    private Task CallAsync(string id) =>
        MakeAsync(id, LedgerEvent.CallIntent, LedgerEvent.CallOutcome, _options.CallTimeout, async () =>
        {
            var answer = await _calls.AskAsync(new Question(id));
            return string.Equals(answer.Id, id, StringComparison.Ordinal) ? nameof(StatusCode.OK) : "AnswerOfAnother";
        });

    private Task CommandAsync(string id) =>
        MakeAsync(id, LedgerEvent.CommandIntent, LedgerEvent.CommandOutcome, _options.CommandTimeout, async () =>
        {
            await _commands.DoAsync(new Job(id));
            return nameof(StatusCode.OK);
        });

    private async Task MakeAsync(string id, LedgerEvent intent, LedgerEvent outcome, TimeSpan timeout, Func<Task<string>> make)
    {
        try
        {
            await ledger.WriteAsync(new LedgerLine(intent, id));
            var started = Stopwatch.GetTimestamp();
            var (status, mayHaveRun) = await EndOfAsync(make);
            var elapsed = Stopwatch.GetElapsedTime(started);
            await ledger.WriteAsync(new LedgerLine(outcome, id, status, mayHaveRun, elapsed.TotalMilliseconds, timeout.TotalMilliseconds));
        }
        finally
        {
            _room.Release();
        }
    }

    private static async Task<(string Status, bool MayHaveRun)> EndOfAsync(Func<Task<string>> make)
    {
        try
        {
            return (await make(), MayHaveRun: false);
        }
        catch (RpcException failure)
        {
            return (failure.Status.ToString(), failure.MayHaveRun);
        }
        catch (Exception failure)
        {
            // Nobody may see one of these; the oracle names it.
            return (failure.GetType().Name, MayHaveRun: true);
        }
    }
}
