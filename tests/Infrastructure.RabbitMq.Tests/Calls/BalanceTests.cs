using Messaging.Calls.Contract;
using Messaging.RabbitMq.Tests.Support;

namespace Messaging.RabbitMq.Tests.Calls;

public sealed class BalanceTests(BrokerFixture fixture) : CallTest(fixture)
{
    private const int Workers = 4;
    private const int Calls = 2000;

    // So few that the handlers and not the machine's processors set the pace.
    private const int Concurrency = 4;

    private static readonly TimeSpan _handling = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task No_worker_serves_more_than_1_3_times_its_share()
    {
        var served = await ServeAsync(_ => _handling);

        Assert.All(served, count => Assert.True(count <= 1.3 * Calls / Workers, $"Shares: {string.Join(", ", served)}"));
    }

    [Fact]
    public async Task A_worker_ten_times_slower_serves_less_than_half_of_the_others_share()
    {
        var served = await ServeAsync(worker => worker == 0 ? 10 * _handling : _handling);

        var others = served[1..].Average();
        Assert.True(served[0] < others / 2, $"Shares: {string.Join(", ", served)}");
    }

    private async Task<int[]> ServeAsync(Func<int, TimeSpan> handling)
    {
        var served = new int[Workers];
        foreach (var worker in Enumerable.Range(0, Workers))
        {
            var script = new CalcScript
            {
                Add = async (request, token) =>
                {
                    await Task.Delay(handling(worker), token);
                    Interlocked.Increment(ref served[worker]);
                    return new Sum(request.Left);
                },
            };
            await StartWorkerAsync(script, options => options.Concurrency = Concurrency);
        }

        var calc = await StartRequesterAsync();
        await Task.WhenAll(Enumerable.Range(0, Calls).Select(number => calc.AddAsync(new Addends(number, 0), Token)));
        Assert.Equal(Calls, served.Sum());
        return served;
    }
}
