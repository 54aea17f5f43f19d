using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Messaging.Health;
using Messaging.InMemory;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Messaging.Mishaps;

/// <summary>
/// The application's code and its observers fail at random wherever they are reached, and afterwards nothing is unsettled,
/// nothing is lost, and the worker does as much at once as before.
/// </summary>
[Collection(nameof(AloneWithItsListeners))]
public sealed class MishapTests
{
    public const int Concurrency = 8;
    public const int CommandConcurrency = 4;
    public const int MaxStreams = 256;
    public const int MaxMessageBytes = 64 * 1024;

    private const int Rounds = 16;
    private const int PlacementsOfARound = 650;
    private const int Alone = 20;
    private const string DeadLetters = "mishaps.dead";

    // Far beyond what anything takes: what waits for this long has failed.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    // For those that nothing else ends.
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wherever_code_and_observers_fail_every_delivery_is_settled_and_the_worker_does_as_much_as_before()
    {
        var seed = (ulong)Random.Shared.NextInt64();
        using var observers = new ThrowingObservers();
        using var broker = new InMemoryBroker { MaxMessageBytes = MaxMessageBytes };
        var record = new MishapRecord();
        using var host = await StartAsync(broker, record, observers);
        var service = host.Services.GetRequiredService<IMishaps>();
        var transport = (StumblingTransport)host.Services.GetRequiredService<ITransport>();
        var placements = Placement.Any.Sample(Rounds * PlacementsOfARound, new Rnd(seed), 10).ToList();
        Assert.Equal(Rounds * PlacementsOfARound, placements.Count);
        var number = 0;

        foreach (var round in placements.Chunk(PlacementsOfARound))
        {
            transport.Percent = new[] { 0, 50 }[number % 2];
            observers.Percent = new[] { 0, 5, 50, 100 }[number++ % 4];
            var when = $"seed {seed}, round {number}, observers {observers.Percent} %, transport {transport.Percent} %";

            await AskAloneAsync(service, transport, when);
            var sent = await Task.WhenAll(round.Select(placement => AskAsync(service, placement, when)));
            await SettledAsync(broker, host, when);
            AssertNothingLost(sent, record, broker, when);

            // Everything at once, as much as there may be.
            transport.Percent = 0;
            await FillAsync(service, when);
            await SettledAsync(broker, host, when);
        }

        Assert.True(transport.Stumbles > 0, $"seed {seed}: the transport wrote all");
        observers.Percent = 0;
        await host.StopAsync(Token);
    }

    /// <summary>Asks one by one, so that replies share no messages: they come, or their callers are told that they could not be sent.</summary>
    private static async Task AskAloneAsync(IMishaps service, StumblingTransport transport, string when)
    {
        for (var number = 0; number < Alone; number++)
        {
            var before = transport.Stumbles;
            var asked = await Record.ExceptionAsync(() => service.AskAsync(Question(number), Token));
            Assert.True(
                (asked as RpcException)?.Status == (transport.Stumbles == before ? null : StatusCode.Internal),
                $"{when}: {transport.Stumbles - before} stumbles, and {asked}");
        }
    }

    /// <summary>Asks, and waits for the outcome. Gives a command's id.</summary>
    private static async Task<string?> AskAsync(IMishaps service, Placement placement, string when)
    {
        var id = Guid.NewGuid().ToString("N");
        var asked = service.With(new CallOptions
        {
            Timeout = placement.Hangs ? _short : _patience,
            MessageId = placement.IsCommand ? id : null,
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [MishapService.What] = placement.What.ToString(),
                [MishapService.Times] = placement.Times.ToString(CultureInfo.InvariantCulture),
            },
        });
        try
        {
            await RunAsync(asked, placement).WaitAsync(_patience, Token);
        }
        catch (RpcException exception) when (placement.Hangs || exception.Status != StatusCode.DeadlineExceeded)
        {
            // An outcome.
        }
        catch (Broken)
        {
            // An outcome.
        }
        catch (Exception exception)
        {
            Assert.Fail($"{when}: {placement} had no outcome but {exception.GetType()}");
        }

        return placement.IsCommand ? id : null;
    }

    private static async Task RunAsync(IMishaps service, Placement placement)
    {
        var trap = new Trap(placement.What == Mishap.RequestCannotBeRead ? Trap.Spring.WhenRead : Trap.Spring.Never);
        var question = new Question(placement.Number, (placement.Number % 16).ToString(CultureInfo.InvariantCulture), trap);
        switch (placement.Kind)
        {
            case Kind.Call:
                await service.AskAsync(question, Token);
                break;
            case Kind.Command:
                await service.DoAsync(question, Token);
                break;
            case Kind.Urgent:
                await service.RushAsync(question, Token);
                break;
            case Kind.Ordered:
                await service.MoveAsync(question, Token);
                break;
            case Kind.Stream:
                await ReadAsync(service.CountAsync(question, Token));
                break;
            case Kind.Upload:
                await service.UploadAsync(SendAsync(question), Token);
                break;
            default:
                await ReadAsync(service.EchoAsync(SendAsync(question), Token));
                break;
        }
    }

    private static async IAsyncEnumerable<Question> SendAsync(Question question)
    {
        yield return question;
        await Task.Yield();
        yield return question;
    }

    private static async Task ReadAsync(IAsyncEnumerable<Answer> answers)
    {
        await foreach (var answer in answers)
        {
            _ = answer;
        }
    }

    /// <summary>Waits until the broker has nothing in any queue, in any delay or with any worker, and no handler runs.</summary>
    private static async Task SettledAsync(InMemoryBroker broker, IHost host, string when)
    {
        var participants = host.Services.GetRequiredService<Participants>();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(_patience);
        while (broker.Faults.Unsettled + broker.Faults.Delayed + Waiting(broker) + participants.All.Sum(static one => one.Health.Running) > 0)
        {
            Assert.False(
                patience.IsCancellationRequested,
                $"{when}: unsettled {broker.Faults.Unsettled}, delayed {broker.Faults.Delayed}, waiting {Waiting(broker)}, running {string.Join(", ", participants.All.Select(static one => one.Health.Running))}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), Token);
        }
    }

    private static int Waiting(InMemoryBroker broker) =>
        new[] { "mishaps", "mishaps.commands", "mishaps.commands.high", "mishaps.commands.0", "mishaps.commands.1", "mishaps.commands.2", "mishaps.commands.3" }
            .Sum(queue => broker.Faults.Peek(queue).Count);

    private static void AssertNothingLost(string?[] sent, MishapRecord record, InMemoryBroker broker, string when)
    {
        var dead = broker.Faults.Take(DeadLetters).Select(static message => message.MessageId).ToHashSet(StringComparer.Ordinal);
        foreach (var id in sent)
        {
            Assert.True(id is null || record.HasRun(id) || dead.Contains(id), $"{when}: the command {id} is lost");
        }
    }

    private static async Task FillAsync(IMishaps service, string when)
    {
        var gate = service.With(new CallOptions
        {
            Timeout = _patience,
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [MishapService.What] = nameof(Mishap.Gate) },
        });
        var all = new List<Task>();
        for (var number = 0; number < 3 * Concurrency; number++)
        {
            all.Add(gate.AskAsync(Question(number), Token));
        }

        for (var number = 0; number < 3 * CommandConcurrency; number++)
        {
            all.Add(gate.DoAsync(Question(number), Token));
            all.Add(gate.RushAsync(Question(number), Token));
            all.Add(gate.MoveAsync(Question(number), Token));
        }

        for (var number = 0; number < MaxStreams; number++)
        {
            all.Add(ReadAsync(gate.CountAsync(Question(number), Token)));
        }

        try
        {
            await Task.WhenAll(all).WaitAsync(_patience, Token);
        }
        catch (Exception exception)
        {
            Assert.Fail($"{when}: not everything runs at once any more: {exception}");
        }
    }

    private static Question Question(int number) => new(number, number.ToString(CultureInfo.InvariantCulture), Trap.Open);

    private static async Task<IHost> StartAsync(InMemoryBroker broker, MishapRecord record, ThrowingObservers observers)
    {
        var application = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        application.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(observers);
        application.Services.AddSingleton(record);
        application.Services.AddScoped<Dependency>();
        application.Services.AddScoped<MishapMiddleware>();
        application.Services.AddMessaging().UseInMemory(broker)
            .AddWorker<IMishaps, MishapService>(static options =>
            {
                options.Concurrency = Concurrency;
                options.CommandConcurrency = CommandConcurrency;
                options.MaxStreams = MaxStreams;
                options.IncludeExceptionDetails = true;
                options.CommandRetry.MaxAttempts = 4;
                options.CommandRetry.ImmediateRetries = 1;
                options.CommandRetry.BaseDelay = TimeSpan.FromSeconds(1);
                options.CommandRetry.MaxDelay = TimeSpan.FromSeconds(1);
                options.CommandRetry.Classify = static _ => Classify();
                options.Use<MishapMiddleware>();
            })
            .AddRequester<IMishaps>();
        application.Services.Replace(ServiceDescriptor.Singleton<ITransport>(new StumblingTransport(new InMemoryTransport(broker))));
        var host = application.Build();
        await host.StartAsync(Token);
        return host;
    }

    private static FailedCommandAction? Classify() => Random.Shared.Next(10) switch
    {
        0 => throw new Unreadable(1),
        1 => (FailedCommandAction)77,
        2 => FailedCommandAction.DeadLetter,
        _ => null,
    };
}
