using Messaging.Testing;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>A test of the transport by itself, against the shared broker and with a service of its own.</summary>
public abstract class TransportTest(BrokerFixture fixture) : IAsyncLifetime
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly List<ServiceProvider> _providers = [];

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected PrivateBroker Broker { get; } = fixture.Broker;

    protected string Service { get; } = "service-" + Guid.NewGuid().ToString("N")[..8];

    internal LogRecorder Log { get; } = new();

    protected internal ITransport Transport => field ??= OpenTransport();

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var provider in _providers)
        {
            await provider.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    protected internal ITransport OpenTransport(Action<RabbitMqOptions>? configure = null) =>
        OpenServices(configure).GetRequiredService<ITransport>();

    protected internal IServiceProvider OpenServices(Action<RabbitMqOptions>? configure = null, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        if (time is not null)
        {
            services.AddSingleton(time);
        }

        services.AddLogging(logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Debug));
        services.AddMessaging().UseRabbitMq(options =>
        {
            options.Uri = Broker.Uri;
            configure?.Invoke(options);
        });
        var provider = services.BuildServiceProvider();
        _providers.Add(provider);
        return provider;
    }

    /// <summary>Adds a user, whose password is the name, with rights that the documents tell to grant.</summary>
    protected Task<string> AddUserAsync(DocumentedRights rights) => AddUserAsync(rights.Configure, rights.Write, rights.Read);

    /// <summary>Adds a user, whose password is the name, with permissions; with none at all where there is nothing to configure.</summary>
    protected async Task<string> AddUserAsync(string? configure, string? write, string? read)
    {
        var user = "user-" + Guid.NewGuid().ToString("N")[..8];
        await Broker.RabbitmqctlAsync("add_user", user, user);
        if (configure is not null)
        {
            await Broker.RabbitmqctlAsync("set_permissions", user, configure, write!, read!);
        }

        return user;
    }

    internal ValueTask<IRequesterLink> OpenRequesterAsync(RequesterSink sink) => Transport.OpenRequesterAsync(sink, Token);

    internal ValueTask<IWorkerLink> OpenWorkerAsync(WorkerSink sink, Func<WorkerSubscription, WorkerSubscription>? change = null) =>
        Transport.OpenWorkerAsync(change is null ? Subscription() : change(Subscription()), sink, Token);

    protected internal WorkerSubscription Subscription() => new()
    {
        Service = Service,
        CallPrefetch = 10,
        CommandPrefetch = 10,
        CallQueueExpiry = TimeSpan.FromMinutes(1),
        CommandDeliveryLimit = 5,
    };

    internal OutboundMessage Request(IRequesterLink link, string correlationId, byte[]? body = null) => new()
    {
        Queue = Service,
        Type = "Quote",
        ContentType = "application/json",
        CorrelationId = correlationId,
        ReplyTo = link.ReplyTo,
        ExpirationMs = 30_000,
        Headers = new Dictionary<string, object?> { ["timeout-ms"] = 30_000L },
        Body = body ?? "{}"u8.ToArray(),
    };

    internal static OutboundMessage Reply(Received request, byte[]? body = null) => new()
    {
        Queue = request.Message.ReplyTo!,
        Type = "reply",
        CorrelationId = request.Message.CorrelationId,
        Body = body ?? "{}"u8.ToArray(),
    };

    protected internal static Task<T> SoonAsync<T>(Task<T> task) => task.WaitAsync(_limit, Token);

    protected internal static Task SoonAsync(Task task) => task.WaitAsync(_limit, Token);

    protected internal static async Task<TransportException> FailsAsync(TransportFailure failure, Func<Task> action)
    {
        var exception = await Assert.ThrowsAsync<TransportException>(() => SoonAsync(action()));
        Assert.True(failure == exception.Failure, $"{exception.Failure}: {exception.Message}");
        return exception;
    }
}
