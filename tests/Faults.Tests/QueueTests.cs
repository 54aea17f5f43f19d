using System.Threading.Channels;
using Messaging.Calls.Contract;
using Messaging.Faults.Tests.Support;
using RabbitMQ.Client;

namespace Messaging.Faults.Tests;

/// <summary>What happens to a worker's queues and deliveries behind its back.</summary>
public sealed class QueueTests(BrokerFixture fixture) : FaultTest(fixture)
{
    [Theory]
    [Row(20)]
    [InlineData("calc")]
    [InlineData("calc.commands")]
    public async Task A_worker_whose_queue_is_deleted_declares_it_again_and_serves(string queue)
    {
        var recorded = Signal();
        var worker = await StartWorkerAsync(new CalcScript
        {
            Record = (_, _) =>
            {
                recorded.TrySetResult();
                return Task.CompletedTask;
            },
        });
        var site = await StartRequesterAsync();
        await UntilServedAsync(site.Calc);

        await Broker.RabbitmqctlAsync("delete_queue", queue);
        await UntilAsync(() => worker.LinksLost == 1, "the worker notices");

        await UntilServedAsync(site.Calc);
        await SoonAsync(site.Calc.RecordAsync(new Note("afterwards"), Token));
        await SoonAsync(recorded.Task);
        Assert.Equal(0, site.LinksLost);
    }

    [Fact]
    [Row(46)]
    public async Task A_worker_whose_calls_queue_can_no_longer_be_had_serves_commands_until_it_can()
    {
        var records = Channel.CreateUnbounded<string>();
        var proxy = StartProxy();
        var worker = await StartWorkerAsync(
            new CalcScript
            {
                Record = (note, _) =>
                {
                    records.Writer.TryWrite(note.Text);
                    return Task.CompletedTask;
                },
            },
            connect: options => options.Uri = new Uri($"amqp://guest:guest@127.0.0.1:{proxy.Port}/"));
        var site = await StartRequesterAsync();
        await UntilServedAsync(site.Calc);
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);

        // While the worker is away its queue becomes one that it can't declare.
        proxy.Silence();
        await channel.QueueDeleteAsync("calc", ifUnused: false, ifEmpty: false, cancellationToken: Token);
        await channel.QueueDeclareAsync("calc", durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
        proxy.Heal();
        proxy.Reset();

        await SoonAsync(site.Calc.With(new CallOptions { Timeout = Patience }).RecordAsync(new Note("served"), Token));
        Assert.Equal("served", await SoonAsync(records.Reader.ReadAsync(Token).AsTask()));
        await UntilAsync(() => Complaints(worker) == 1, "it is said which queue is missing");
        Assert.Equal(StatusCode.DeadlineExceeded, (await EndsAsync(() => site.Calc.With(new CallOptions { Timeout = TimeSpan.FromMilliseconds(300) }).AddAsync(new Addends(1, 2), Token))).Status);

        await channel.QueueDeleteAsync("calc", ifUnused: false, ifEmpty: false, cancellationToken: Token);
        await UntilServedAsync(site.Calc);
        await SoonAsync(site.Calc.RecordAsync(new Note("still served"), Token));
        Assert.Equal("still served", await SoonAsync(records.Reader.ReadAsync(Token).AsTask()));
        Assert.Equal(1, Complaints(worker));
    }

    [Theory]
    [Row(25)]
    [InlineData(CallQueueType.Classic)]
    [InlineData(CallQueueType.Quorum)]
    public async Task A_handler_that_outlasts_the_brokers_patience_is_cancelled_and_its_call_redelivered(CallQueueType type)
    {
        // Since 4.3 the queues are impatient, no longer the channels, and only those of the quorum type.
        var isPatient = type == CallQueueType.Classic && Broker.Version >= new Version(4, 3);
        await SetTimeoutAsync("2000", "500");
        try
        {
            var attempts = 0;
            var cancelled = Signal();
            var worker = await StartWorkerAsync(new CalcScript
            {
                Add = async (request, token) =>
                {
                    if (Interlocked.Increment(ref attempts) == 1)
                    {
                        using var registration = token.Register(() => cancelled.TrySetResult());
                        await Task.Delay(Timeout.InfiniteTimeSpan, token);
                    }

                    return new Sum(request.Left + request.Right);
                },
            }, options => options.CallQueue = type);
            var site = await StartRequesterAsync();
            if (isPatient)
            {
                // The call's deadline alone ends its handler.
                var (late, _) = await FailsAsync(() => site.Calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(5) }).AddAsync(new Addends(1, 2), Token));
                await SoonAsync(cancelled.Task);
                Assert.Equal((StatusCode.DeadlineExceeded, 1, 0), (late.Status, attempts, worker.LinksLost));
                return;
            }

            var sum = await SoonAsync(site.Calc.With(new CallOptions { Timeout = Patience }).AddAsync(new Addends(1, 2), Token));

            Assert.Equal((3, 2), (sum.Value, attempts));
            await SoonAsync(cancelled.Task);
            Assert.Equal((1, 0), (worker.LinksLost, site.LinksLost));
        }
        finally
        {
            await SetTimeoutAsync("1800000", "5000");
        }
    }

    [Fact]
    [Row(26)]
    public async Task A_command_that_cannot_be_read_is_dead_lettered_untried_and_the_next_one_runs()
    {
        var records = 0;
        var recorded = Signal();
        await StartWorkerAsync(new CalcScript
        {
            Record = (_, _) =>
            {
                Interlocked.Increment(ref records);
                recorded.TrySetResult();
                return Task.CompletedTask;
            },
        });
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        var garbage = new byte[100];
        new Random(1).NextBytes(garbage);

        await channel.BasicPublishAsync(string.Empty, "calc.commands", mandatory: true, new BasicProperties { Type = "Record", MessageId = "garbage" }, garbage, Token);

        BasicGetResult? dead = null;
        await UntilAsync(async () => (dead = await channel.BasicGetAsync("calc.dead", autoAck: true, Token)) is not null, "it is dead-lettered");
        Assert.Equal(garbage, dead!.Body.ToArray());
        var site = await StartRequesterAsync();
        await SoonAsync(site.Calc.RecordAsync(new Note("afterwards"), Token));
        await SoonAsync(recorded.Task);
        Assert.Equal(1, records);
    }

    private static int Complaints(Site worker) => worker.Warnings.Count(
        static warning => warning.StartsWith("Link not open: calls of worker calc", StringComparison.Ordinal) && warning.Contains("x-expires", StringComparison.Ordinal));

    /// <summary>How long the broker waits for an acknowledgement, and how often it looks, on channels and queues that open from now on.</summary>
    private Task<string> SetTimeoutAsync(string timeoutMs, string tickMs) => Broker.RabbitmqctlAsync(
        "eval", $"application:set_env(rabbit, consumer_timeout, {timeoutMs}), application:set_env(rabbit, channel_tick_interval, {tickMs}), application:set_env(rabbit, quorum_tick_interval, {tickMs}).");
}
