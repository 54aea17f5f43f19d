using System.Diagnostics;
using Messaging.Calls.Contract;
using Messaging.Faults.Parties;
using Messaging.RabbitMq;
using Messaging.Testing;
using Messaging.Testing.Proxying;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Messaging.Faults.Tests.Support;

/// <summary>A test on the shared broker, which has none of the queues of the test before.</summary>
public abstract class FaultTest(BrokerFixture fixture) : IAsyncLifetime
{
    /// <summary>Far beyond what any step takes: a test that waits this long has failed.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How much later than its deadline an outcome may come. The long form is strict; here many processes share few processors.</summary>
    protected static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    private static readonly string[] _queues =
    [
        "calc", "calc.commands", "calc.dead",
        "probe", "probe.commands", "probe.commands.high", "probe.commands.0", "probe.commands.1", "probe.dead",
    ];
    private static readonly TimeSpan _oldEnough = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan _pollInterval = TimeSpan.FromMilliseconds(50);

    private readonly List<IAsyncDisposable> _toDispose = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("messaging-faults-").FullName;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected PrivateBroker Broker { get; } = fixture.Broker;

    /// <summary>Where the ledgers of processes lie.</summary>
    protected string Folder => _folder;

    public async ValueTask InitializeAsync()
    {
        await using var connection = await ConnectAsync();

        // RabbitMQ up to 4.0 loses the dead-letter workers of all queues when one is deleted just after it was declared.
        await Task.Delay(_oldEnough, Token);
        foreach (var queue in _queues)
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
            await channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var one in Enumerable.Reverse(_toDispose))
        {
            await one.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    internal FaultProxy StartProxy()
    {
        var proxy = new FaultProxy(Broker.Port);
        _toDispose.Add(proxy);
        return proxy;
    }

    internal Task<Site> StartWorkerAsync(CalcScript? script = null, Action<WorkerOptions>? configure = null, Action<RabbitMqOptions>? connect = null) =>
        StartSiteAsync(
            builder =>
            {
                builder.Services.AddSingleton(script ?? new CalcScript());
                builder.AddWorker<ICalc, ScriptedCalc>(options =>
                {
                    // Handlers that hang for a test's purposes should not hold up its end.
                    options.DrainTimeout = TimeSpan.FromSeconds(1);
                    configure?.Invoke(options);
                });
            },
            connect);

    internal Task<Site> StartRequesterAsync(FaultProxy? through = null, Action<RequesterOptions>? configure = null, Action<RabbitMqOptions>? connect = null) =>
        StartSiteAsync(
            builder => builder.AddRequester<ICalc>(configure),
            options =>
            {
                if (through is not null)
                {
                    options.Uri = new Uri($"amqp://guest:guest@127.0.0.1:{through.Port}/");
                }

                connect?.Invoke(options);
            });

    internal async Task<Site> StartSiteAsync(Action<MessagingBuilder> configure, Action<RabbitMqOptions>? connect = null)
    {
        var log = new LogRecorder();
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Logging.AddProvider(log);
        configure(application.Services.AddMessaging().UseRabbitMq(options =>
        {
            options.Uri = Broker.Uri;
            connect?.Invoke(options);
        }));
        var host = application.Build();
        var site = new Site(host, log);
        _toDispose.Add(site);
        await host.StartAsync(Token);
        return site;
    }

    protected async Task<IProbe> StartProbeRequesterAsync() =>
        (await StartSiteAsync(builder => builder.AddRequester<IProbe>())).Get<IProbe>();

    internal Task<Site> StartProbeWorkerAsync(ProbeScript script) => StartSiteAsync(builder =>
    {
        builder.Services.AddSingleton(script);
        builder.AddWorker<IProbe, ScriptedProbe>();
    });

    /// <summary>Starts a worker process of <see cref="IProbe"/> that prints the id of whatever it begins.</summary>
    protected async Task<PartyProcess> StartWorkerProcessAsync(string name, params KeyValuePair<string, string>[] settings)
    {
        var party = await PartyProcess.StartWorkerAsync(name, _folder, [.. ProcessSettings(), new("Party:Announces", "true"), .. settings]);
        _toDispose.Add(party);
        return party;
    }

    /// <summary>Starts a requester process of <see cref="IProbe"/>, which begins at once.</summary>
    protected async Task<PartyProcess> StartRequesterProcessAsync(string name, params KeyValuePair<string, string>[] settings)
    {
        var party = await PartyProcess.StartRequesterAsync(name, _folder, [.. ProcessSettings(), .. settings]);
        _toDispose.Add(party);
        return party;
    }

    protected Task<IConnection> ConnectAsync() =>
        new ConnectionFactory { Uri = Broker.Uri, AutomaticRecoveryEnabled = false }.CreateConnectionAsync(Token);

    protected static Task<T> SoonAsync<T>(Task<T> task) => task.WaitAsync(Patience, Token);

    protected static Task SoonAsync(Task task) => task.WaitAsync(Patience, Token);

    protected static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Looks again and again until something is so.</summary>
    protected static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"In {Patience.TotalSeconds:0} s it did not come to this: {what}.");
            await Task.Delay(_pollInterval, Token);
        }
    }

    /// <summary>Looks again and again until something is so.</summary>
    protected static Task UntilAsync(Func<bool> isSo, string what) => UntilAsync(() => Task.FromResult(isSo()), what);

    /// <summary>Calls until a call is answered, as one does whose broker comes back.</summary>
    protected static Task UntilServedAsync(ICalc calc) => UntilAsync(
        async () =>
        {
            try
            {
                return (await calc.With(new CallOptions { Timeout = TimeSpan.FromSeconds(5) }).AddAsync(new Addends(1, 2), Token)).Value == 3;
            }
            catch (RpcException)
            {
                return false;
            }
        },
        "a call is answered again");

    /// <summary>What a call or command failed with, and how long that took.</summary>
    protected static async Task<(RpcException Failure, TimeSpan Elapsed)> FailsAsync(Func<Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        var failure = await Assert.ThrowsAsync<RpcException>(() => SoonAsync(call()));
        return (failure, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>How it ended, whichever way, and how long that took.</summary>
    protected static async Task<(StatusCode Status, TimeSpan Elapsed)> EndsAsync(Func<Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await SoonAsync(call());
            return (StatusCode.OK, Stopwatch.GetElapsedTime(started));
        }
        catch (RpcException failure)
        {
            return (failure.Status, Stopwatch.GetElapsedTime(started));
        }
    }

    /// <summary>How many messages are in a queue, the unsettled ones included.</summary>
    protected async Task<int> MessagesInAsync(string queue)
    {
        // What list_queues says of a quorum queue is seconds old; this asks the queue's leader, which from 4.3 on takes no functions.
        var query = Broker.Version < new Version(4, 3) ? "fun rabbit_fifo:query_messages_total/1" : "{rabbit_fifo, query_messages_total, []}";
        var count = await Broker.RabbitmqctlAsync("eval", $$"""
            case rabbit_amqqueue:lookup(rabbit_misc:r(<<"/">>, queue, <<"{{queue}}">>)) of
              {error, not_found} -> 0;
              {ok, Q} -> case amqqueue:get_type(Q) of
                rabbit_quorum_queue -> {ok, {_, N}, _} = ra:leader_query(amqqueue:get_pid(Q), {{query}}), N;
                _ -> [{messages, N}] = rabbit_amqqueue:info(Q, [messages]), N
              end
            end.
            """);
        return int.Parse(count, System.Globalization.CultureInfo.InvariantCulture);
    }

    private IEnumerable<KeyValuePair<string, string>> ProcessSettings() =>
        [new("Messaging:RabbitMq:Uri", Broker.Uri.ToString()), new("Messaging:RabbitMq:Heartbeat", "00:00:01")];
}
