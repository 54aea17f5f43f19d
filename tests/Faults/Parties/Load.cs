using System.Diagnostics;
using System.Globalization;
using Messaging.Faults.Ledgers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Messaging.Faults.Parties;

/// <summary>
/// Makes calls and commands at a rate of its own, whatever becomes of them, and writes down the intent and the outcome
/// of each. When it is stopped it makes no more and waits for the outcomes that are due.
/// </summary>
internal sealed class Load(IProbe probe, CommandMix commands, LoadGate gate, Ledger ledger, IOptions<PartyOptions> options) : BackgroundService
{
    private const int Items = 5;

    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(20);

    private readonly PartyOptions _options = options.Value;
    private readonly IProbe _calls = probe.With(new CallOptions { Timeout = options.Value.CallTimeout });
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
                _ = random.NextDouble() < _options.CallShare ? CallAsync(id, random.NextDouble()) : CommandAsync(id, commands.Choose(random.NextDouble()), stoppingToken);
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

    private async Task CallAsync(string id, double choice)
    {
        try
        {
            var isStream = choice < _options.Variety / 4;
            await MakeAsync(isStream ? id + "-stream" : id, LedgerEvent.CallIntent, LedgerEvent.CallOutcome, _options.CallTimeout, id => isStream
                ? ReadAsync(id)
                : AskAsync(new Question(id, IsSlow: choice > 1 - _options.Slow)));
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task<string> AskAsync(Question question)
    {
        var answer = _options.Idempotent ? await _calls.RecallAsync(question) : await _calls.AskAsync(question);
        return string.Equals(answer.Id, question.Id, StringComparison.Ordinal) ? nameof(StatusCode.OK) : "AnswerOfAnother";
    }

    private async Task<string> ReadAsync(string id)
    {
        var read = 0;
        await foreach (var item in _calls.WatchAsync(new Question(id)))
        {
            if (!string.Equals(item.Id, (++read).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
            {
                return "ItemOfAnother";
            }

            if (read == Items)
            {
                return nameof(StatusCode.OK);
            }
        }

        return "StreamTooShort";
    }

    private async Task CommandAsync(string id, CommandKind kind, CancellationToken stoppingToken)
    {
        try
        {
            using var entry = await gate.EnterAsync(stoppingToken);
            id = CommandMix.Name(id, kind);
            await MakeAsync(id, LedgerEvent.CommandIntent, LedgerEvent.CommandOutcome, _options.CommandTimeout, async id =>
            {
                await commands.SendAsync(id, kind);
                return nameof(StatusCode.OK);
            });
            if (kind == CommandKind.Cancelled)
            {
                await commands.CancelAsync(id);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // It was still held, and never begun.
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task MakeAsync(string id, LedgerEvent intent, LedgerEvent outcome, TimeSpan timeout, Func<string, Task<string>> make)
    {
        await ledger.WriteAsync(new LedgerLine(intent, id));
        var started = Stopwatch.GetTimestamp();
        var (status, mayHaveRun) = await EndOfAsync(() => make(id));
        var elapsed = Stopwatch.GetElapsedTime(started);
        await ledger.WriteAsync(new LedgerLine(outcome, id, status, mayHaveRun, elapsed.TotalMilliseconds, timeout.TotalMilliseconds));
    }

    private static async Task<(string Status, bool MayHaveRun)> EndOfAsync(Func<Task<string>> make)
    {
        try
        {
            return (await make(), MayHaveRun: false);
        }
        catch (RpcException failure) when (failure.Detail.Contains(StoppedWork.Marker, StringComparison.Ordinal))
        {
            // Its handler was stopped: it should have gone to the next worker, and the oracle names it.
            return ("StoppedHandler", failure.MayHaveRun);
        }
        catch (RpcException failure)
        {
            return (failure.Status.ToString(), failure.MayHaveRun);
        }
        catch (ProbeFault)
        {
            return (nameof(StatusCode.FailedPrecondition), MayHaveRun: true);
        }
        catch (Exception failure)
        {
            // Nobody may see one of these; the oracle names it.
            return (failure.GetType().Name, MayHaveRun: true);
        }
    }
}
