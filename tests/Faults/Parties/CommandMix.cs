using System.Diagnostics;
using Messaging.Faults.Ledgers;
using Microsoft.Extensions.Options;

namespace Messaging.Faults.Parties;

/// <summary>Sends the commands of a load, each as its kind asks.</summary>
internal sealed class CommandMix(IProbe probe, IScheduledCommands scheduled, Ledger ledger, IOptions<PartyOptions> options)
{
    private const int Keys = 20;

    private static readonly TimeSpan _cancelLimit = TimeSpan.FromSeconds(10);

    // Three levels of delay and every sum of them.
    private static readonly TimeSpan[] _delays = [.. Enumerable.Range(1, 7).Select(seconds => TimeSpan.FromSeconds(seconds))];

    private readonly PartyOptions _options = options.Value;
    private readonly IProbe _probe = probe.With(new CallOptions { Timeout = options.Value.CommandTimeout });
    private int _sent;

    /// <summary>What a command's id says of it, for who reads the ledgers.</summary>
    public static string Name(string id, CommandKind kind) => kind switch
    {
        CommandKind.Plain => id,
        CommandKind.Delayed => id + "-delayed",
        CommandKind.Cancelled => id + "-cancelled",
        CommandKind.Urgent => id + "-urgent",
        CommandKind.Ordered => id + "-ordered",
        CommandKind.Failing => id + "-failing",
        CommandKind.Slow => id + "-slow",
        _ => id + "-once",
    };

    /// <summary>Chooses a kind.</summary>
    /// <param name="chance">From 0 to 1.</param>
    public CommandKind Choose(double chance)
    {
        if ((chance -= _options.Failing) < 0)
        {
            return CommandKind.Failing;
        }

        if ((chance -= _options.Slow) < 0)
        {
            return -chance < _options.Slow / 2 ? CommandKind.Slow : CommandKind.SlowOnce;
        }

        return (chance -= _options.Variety) < 0
            ? CommandKind.Delayed + (int)(-chance / _options.Variety * 3.999)
            : CommandKind.Plain;
    }

    /// <summary>Sends one; complete when it is accepted.</summary>
    public Task SendAsync(string id, CommandKind kind)
    {
        var number = Interlocked.Increment(ref _sent);
        return kind switch
        {
            CommandKind.Plain => _probe.DoAsync(new Job(id)),
            CommandKind.Delayed => _probe.With(new CallOptions { Delay = _delays[number % _delays.Length] }).DoAsync(new Job(id)),
            CommandKind.Cancelled => _probe.With(new CallOptions { Delay = LedgerLine.CancelledDelay, MessageId = id }).DoAsync(new Job(id)),
            CommandKind.Urgent => _probe.UrgeAsync(new Job(id)),
            CommandKind.Ordered => _probe.ArrangeAsync(new OrderedJob(id, number % Keys)),
            CommandKind.Failing => _probe.DoAsync(new Job(id, JobKind.Fails)),
            CommandKind.Slow => _probe.DoAsync(new Job(id, JobKind.Slow)),
            _ => _probe.DoOnceAsync(new Job(id, JobKind.Slow)),
        };
    }

    /// <summary>Cancels one that is delayed, and writes down whether that was said to have worked, and how long it took.</summary>
    public async Task CancelAsync(string id)
    {
        await ledger.WriteAsync(new LedgerLine(LedgerEvent.CancelIntent, id));
        var started = Stopwatch.GetTimestamp();
        using var limit = new CancellationTokenSource(_cancelLimit);
        string status;
        try
        {
            await scheduled.CancelAsync(IProbe.Name, id, limit.Token);
            status = nameof(StatusCode.OK);
        }
        catch (RpcException failure)
        {
            status = failure.Status.ToString();
        }
        catch (Exception failure)
        {
            // Its own limit, or what nobody may see: then the oracle names it.
            status = failure is OperationCanceledException ? nameof(StatusCode.Cancelled) : failure.GetType().Name;
        }

        await ledger.WriteAsync(new LedgerLine(LedgerEvent.CancelOutcome, id, status, ElapsedMs: Stopwatch.GetElapsedTime(started).TotalMilliseconds));
    }
}
