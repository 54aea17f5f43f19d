using System.Diagnostics;
using Messaging.Calls.Contract;
using Messaging.RabbitMq.Tests.Support;

namespace Messaging.RabbitMq.Tests.Calls;

public sealed class RestartTests(BrokerFixture fixture) : CallTest(fixture)
{
    private const int Calls = 10_000;
    private const int Callers = 50;
    private const int Restarts = 3;

    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(5);

    /// <summary>Scheduling on a busy machine; an outcome that comes later than this after its deadline is a hang.</summary>
    private static readonly TimeSpan _late = TimeSpan.FromMilliseconds(250);

    [Fact]
    public async Task Through_three_restarts_every_call_has_one_outcome_by_its_deadline_and_service_returns_by_itself()
    {
        await StartWorkerAsync(new CalcScript());
        await StartWorkerAsync(new CalcScript());
        var calc = (await StartRequesterAsync()).With(new CallOptions { Timeout = _timeout });
        var tally = new Tally();
        var next = 0;
        var restarting = RestartAsync(calc);

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            // The calls are spread over the restarts, however fast the machine serves them.
            for (var number = Interlocked.Increment(ref next); number <= Calls || !restarting.IsCompleted; number = Interlocked.Increment(ref next))
            {
                await CallAsync(calc, number, tally);
                if (number > Calls - Callers && !restarting.IsCompleted)
                {
                    await Task.WhenAny(restarting, Task.Delay(TimeSpan.FromMilliseconds(20), Token));
                }
            }
        }));
        await restarting;

        TestContext.Current.TestOutputHelper?.WriteLine(tally.ToString());
        Assert.True(tally.Total >= Calls, tally.ToString());
        Assert.True(tally.Latest <= _timeout + _late, tally.ToString());
        Assert.Equal(Callers, await ServedAsync(calc));
    }

    private static async Task CallAsync(ICalc calc, int number, Tally tally)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            Assert.Equal(number + 1, (await calc.AddAsync(new Addends(number, 1), Token)).Value);
            tally.Add(StatusCode.OK, started);
        }
        catch (RpcException exception)
        {
            tally.Add(exception.Status, started);
        }
    }

    private static async Task<int> ServedAsync(ICalc calc) =>
        (await Task.WhenAll(Enumerable.Range(0, Callers).Select(number => calc.AddAsync(new Addends(number, 0), Token)))).Length;

    private async Task RestartAsync(ICalc calc)
    {
        for (var restart = 0; restart < Restarts; restart++)
        {
            await Broker.RestartAsync(Token);
            await ServedAgainAsync(calc);
        }
    }

    private static async Task ServedAgainAsync(ICalc calc)
    {
        while (true)
        {
            try
            {
                await calc.AddAsync(new Addends(1, 1), Token);
                return;
            }
            catch (RpcException exception) when (exception.Status is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
            {
                // The worker is not back yet.
                await Task.Delay(TimeSpan.FromMilliseconds(20), Token);
            }
        }
    }

    private sealed class Tally
    {
        private readonly int[] _outcomes = new int[Enum.GetValues<StatusCode>().Length];
        private long _latestTicks;

        public int Total => _outcomes.Sum();

        public TimeSpan Latest => TimeSpan.FromTicks(_latestTicks);

        public void Add(StatusCode status, long started)
        {
            Interlocked.Increment(ref _outcomes[(int)status]);
            var ticks = Stopwatch.GetElapsedTime(started).Ticks;
            for (var seen = _latestTicks; ticks > seen;)
            {
                var before = Interlocked.CompareExchange(ref _latestTicks, ticks, seen);
                if (before == seen)
                {
                    break;
                }

                seen = before;
            }
        }

        public override string ToString() =>
            $"{Total} outcomes, the longest after {Latest.TotalMilliseconds:0} ms: " +
            string.Join(", ", Enum.GetValues<StatusCode>().Where(status => _outcomes[(int)status] > 0).Select(status => $"{status} {_outcomes[(int)status]}"));
    }
}
