using System.Text;
using Messaging.Calls.Contract.Tapping;
using Messaging.Transport;

namespace Messaging.Calls.Contract;

/// <summary>More calls than the workers can do.</summary>
public abstract partial class CallContractTests
{
    [Fact]
    public async Task A_refusal_in_time_is_told_once_with_when_to_call_again()
    {
        await Harness.DeclareQueueAsync("calc");
        var tap = new MessageTap();
        var calc = await StartTappedAsync(tap, options => options.Hedging = new HedgingOptions());

        var call = calc.AddAgainAsync(new Addends(1, 2), Token);
        await ServeByHandAsync(1, static request => Refusal(request, waited: 700));
        var failure = await FailsAsync(call);

        Assert.Equal((StatusCode.ResourceExhausted, FailureReason.Overloaded, false), (failure.Status, failure.Reason, failure.MayHaveRun));
        Assert.Equal(TimeSpan.FromMilliseconds(700), failure.RetryAfter);
        Assert.Single(tap.Requests);
    }

    public static TheoryData<object> OddWaits => [long.MinValue, -1L, 0L, long.MaxValue, "abc", "12", true, 1.5, new byte[] { 0xff, 0xfe }];

    [Theory]
    [MemberData(nameof(OddWaits))]
    public async Task Whatever_a_stranger_says_of_waits_calls_are_answered(object wait)
    {
        const int Calls = 50;
        await Harness.DeclareQueueAsync("calc");
        var calc = await StartRequesterAsync();
        var calls = Enumerable.Range(0, Calls).Select(number => calc.AddAsync(new Addends(number, 0), Token)).ToList();

        await ServeByHandAsync(Calls, request => Answer(request.CorrelationId, $$"""{"value":{{Left(request)}}}""") with
        {
            Headers = new Dictionary<string, object?>(StringComparer.Ordinal) { ["wait-ms"] = wait },
        });

        Assert.Equal(Enumerable.Range(0, Calls), (await SoonAsync(Task.WhenAll(calls))).Select(sum => sum.Value));
    }

    [Fact]
    public async Task Of_a_flood_that_no_worker_can_do_nearly_all_that_is_begun_is_answered_in_time()
    {
        var (begun, answered, others) = (0, 0, 0);
        await StartWorkerAsync(
            new CalcScript
            {
                Add = async (request, token) =>
                {
                    Interlocked.Increment(ref begun);
                    await Task.Delay(TimeSpan.FromMilliseconds(20), token);
                    return new Sum(request.Left);
                },
            },
            options => options.Concurrency = 4);
        var calc = await StartRequesterAsync(options => options.Timeout = TimeSpan.FromSeconds(1));
        var impatient = calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(1) });

        // Ten times what four handlers can do, for some times the deadline.
        var calls = new List<Task>();
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (var tick = 0; tick < 400; tick++)
        {
            await ticks.WaitForNextTickAsync(Token);
            for (var number = 0; number < 20; number++)
            {
                calls.Add(CountAsync(number));
            }
        }

        await SoonAsync(Task.WhenAll(calls));

        Assert.InRange(answered, 100, int.MaxValue);
        Assert.InRange(answered, 0.7 * begun, begun);
        Assert.Equal(calls.Count, answered + others);
        Assert.Equal(new Sum(1), await SoonAsync(calc.AddAsync(new Addends(1, 0), Token)));

        async Task CountAsync(int number)
        {
            try
            {
                await impatient.AddAsync(new Addends(number, 0), Token);
                Interlocked.Increment(ref answered);
            }
            catch (RpcException failure) when (failure.Status is StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded)
            {
                Interlocked.Increment(ref others);
            }
        }
    }

    private static InboundMessage Refusal(InboundMessage request, long waited) => new()
    {
        Type = "fault",
        CorrelationId = request.CorrelationId,
        Headers = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["status"] = (int)StatusCode.ResourceExhausted,
            ["reason"] = nameof(FailureReason.Overloaded),
            ["detail"] = "Refused in time at stage 'worker'.",
            ["wait-ms"] = waited,
        },
        Body = Encoding.UTF8.GetBytes("{}"),
    };
}
