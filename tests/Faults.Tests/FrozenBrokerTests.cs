using Messaging.Calls.Contract;
using Messaging.Faults.Tests.Support;

namespace Messaging.Faults.Tests;

/// <summary>A broker that is there and does nothing (SIGSTOP).</summary>
public sealed class FrozenBrokerTests(BrokerFixture fixture) : FaultTest(fixture)
{
    [Fact]
    [Row(7)]
    public async Task No_publish_outlives_its_deadline_when_the_broker_restarts_under_a_flood()
    {
        await StartWorkerAsync();
        var site = await StartRequesterAsync();
        await UntilServedAsync(site.Calc);
        await Broker.SyncAsync();
        var timeout = TimeSpan.FromSeconds(3);
        var calc = site.Calc.With(new CallOptions { Timeout = timeout });
        var note = new Note(new string('x', 100_000));

        // 20 MB of commands: more than the sockets and the client library hold, so that most of them wait to be written.
        await Broker.FreezeAsync();
        var ends = Enumerable.Range(0, 200).SelectMany(number => new[]
        {
            EndsAsync(() => calc.RecordAsync(note, Token)),
            EndsAsync(() => calc.AddAsync(new Addends(number, 1), Token)),
        }).ToList();
        await Broker.KillAsync();
        await Broker.StartAsync(Token);

        Assert.All(await Task.WhenAll(ends), end => Assert.True(end.Elapsed < timeout + Late, $"{end.Status} took {end.Elapsed}."));
        await UntilServedAsync(site.Calc);
    }

    [Fact]
    [Row(18)]
    public async Task A_command_whose_confirm_is_missing_ends_as_unknown_by_its_deadline()
    {
        var recorded = Signal();
        await StartWorkerAsync(new CalcScript
        {
            Record = (note, _) =>
            {
                if (string.Equals(note.Text, "afterwards", StringComparison.Ordinal))
                {
                    recorded.TrySetResult();
                }

                return Task.CompletedTask;
            },
        });
        var site = await StartRequesterAsync();
        await UntilServedAsync(site.Calc);
        var timeout = TimeSpan.FromSeconds(2);

        await Broker.FreezeAsync();
        RpcException failure;
        TimeSpan elapsed;
        try
        {
            (failure, elapsed) = await FailsAsync(() => site.Calc.With(new CallOptions { Timeout = timeout }).RecordAsync(new Note("unknown"), Token));
        }
        finally
        {
            await Broker.ThawAsync();
        }

        Assert.Equal((StatusCode.DeadlineExceeded, true), (failure.Status, failure.MayHaveRun));
        Assert.True(elapsed < timeout + Late, $"It took {elapsed}.");
        await SoonAsync(site.Calc.RecordAsync(new Note("afterwards"), Token));
        await SoonAsync(recorded.Task);
    }
}
