using System.Diagnostics.CodeAnalysis;
using Messaging.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging;

/// <summary>How a service is served. Bound from <c>Messaging:Workers:{service}</c>.</summary>
public sealed class WorkerOptions
{
    private readonly List<Func<IServiceProvider, IWorkerMiddleware>> _middleware = [];
    private IWorkerEngine? _engine;

    /// <summary>How many calls run at the same time. From 1 to 10,000. Default: 32.</summary>
    public int Concurrency { get; set; } = 32;

    /// <summary>
    /// How many unsettled calls the broker hands to this worker. Those above <see cref="Concurrency"/> wait here: that
    /// saves each a round trip, in which its slot would be idle, but no other worker can take them meanwhile. 0 means a
    /// quarter more than <see cref="Concurrency"/>, rounded down, so that a concurrency below 4 shares exactly. At least
    /// <see cref="Concurrency"/>, at most 65,535. Default: 0.
    /// </summary>
    public int Prefetch { get; set; }

    /// <summary>How many commands run at the same time. From 1 to 10,000. Default: 8.</summary>
    public int CommandConcurrency { get; set; } = 8;

    /// <summary>As <see cref="Prefetch"/>, for commands. Default: 0, a quarter more than <see cref="CommandConcurrency"/>.</summary>
    public int CommandPrefetch { get; set; }

    /// <summary>
    /// How many streams run at the same time, besides the calls; one more is refused with
    /// <see cref="StatusCode.ResourceExhausted"/>. From 1 to 1,000,000. Default: 10,000.
    /// </summary>
    public int MaxStreams { get; set; } = 10_000;

    /// <summary>How the items of requesters' streams are received.</summary>
    public StreamOptions Stream { get; set; } = new();

    /// <summary>
    /// How many urgent commands run at the same time, beside those of <see cref="CommandConcurrency"/>. Only services
    /// have any whose contract names a <see cref="CommandAttribute.Priority"/>. From 1 to 10,000, or 0 for as many as
    /// <see cref="CommandConcurrency"/>. Default: 0.
    /// </summary>
    public int HighCommandConcurrency { get; set; }

    /// <summary>
    /// How long an ordered command that fails is held here for its retries, with the later ones of its partition behind
    /// it; then it goes back to the front of its partition once, which counts as a redelivery
    /// (<see cref="CommandDeliveryLimit"/>). As long is a failed command held that the broker does not take where it has to
    /// go, e.g. because the dead-letter queue is full. Together with the handler's own time it must stay below the broker's
    /// <c>consumer_timeout</c>, 30 minutes by default. From 1 s to 1 day. Default: 20 minutes.
    /// </summary>
    public TimeSpan OrderedHoldLimit { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>
    /// How often a worker looks whether it has more than its share of the partitions of ordered commands, and hands over
    /// what is too much. From 100 ms to 1 hour. Default: 10 s.
    /// </summary>
    public TimeSpan PartitionBalanceInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long stopping may take: what runs is finished and answered, then its handlers are cancelled and what is left
    /// goes back to the queue. From 0 to 1 hour. Default: 20 s, inside the host's own 30 s.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long the calls queue outlives its last worker. Until then calls wait in it, inside their deadlines; after it
    /// they fail at once as unroutable. All workers of a service need the same value. From 1 s to 1 day. Default: 1 minute.
    /// </summary>
    public TimeSpan CallQueueExpiry { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How the broker keeps the calls that wait. <see cref="CallQueueType.Quorum"/> lets them survive the loss of a node
    /// and a restart of the broker; it costs a write to disk for each message, on several nodes where there are several,
    /// hence latency and throughput. Pair it with <c>RequesterOptions.ConfirmCalls</c>: without confirms a request that
    /// is on its way when the node fails is lost all the same. All workers of a service need the same value, and a queue
    /// keeps the type that it was declared with: to change it, stop the workers for as long as
    /// <see cref="CallQueueExpiry"/>, or delete the queue. Default: <see cref="CallQueueType.Classic"/>.
    /// </summary>
    public CallQueueType CallQueue { get; set; }

    /// <summary>
    /// How often a command may come back, because its worker died of it or gave it back, before the broker dead-letters
    /// it. A worker that stops gives back what it has not started, except a command that may not come back again: it
    /// runs that. All workers of a service need the same value. From 1 to 1,000. Default: 5.
    /// </summary>
    public int CommandDeliveryLimit { get; set; } = 5;

    /// <summary>
    /// How commands are tried again whose handler failed. On by default. What <c>[Command]</c> says on the contract wins
    /// over this, and <see cref="Operations"/> over both.
    /// </summary>
    public CommandRetryOptions CommandRetry { get; set; } = new();

    /// <summary>
    /// Whether the dead letter of a command has its handler's stack trace. Those who may read the queue see it, and no
    /// caller. Default: true.
    /// </summary>
    public bool DeadLetterStackTraces { get; set; } = true;

    /// <summary>
    /// How large replies, and items of reply streams, are compressed, for requesters that said that they read it. A
    /// handler can decide otherwise (<see cref="CallContext.ReplyCompression"/>). Default: off.
    /// </summary>
    public CompressionOptions Compression { get; set; } = new();

    /// <summary>
    /// Whether the worker announces itself over the broker to those who list services (<see cref="IServiceCatalogue"/>):
    /// what it serves, where it runs and how much it does. Whoever may read from the broker can read that. Default: true.
    /// </summary>
    public bool Announce { get; set; } = true;

    /// <summary>
    /// How long it is from one announcement to the next. An instance that dies is forgotten after two and a half times as
    /// long. From 1 s to 1 minute. Default: 5 s.
    /// </summary>
    public TimeSpan AnnounceInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What single operations do differently, by the method's wire name. A name that the contract lacks is refused at start.</summary>
    public IDictionary<string, WorkerOperationOptions> Operations { get; } = new Dictionary<string, WorkerOperationOptions>(StringComparer.Ordinal);

    /// <summary>
    /// Whether callers see the message and stack trace of exceptions that the contract does not declare. Default: false;
    /// they can hold secrets.
    /// </summary>
    public bool IncludeExceptionDetails { get; set; }

    /// <summary>
    /// Prefixes of reply-to addresses that are answered besides requesters' reply queues, RabbitMQ's direct reply-to and
    /// queues named by the server. Others are refused, as a stranger could have the replies written into any queue.
    /// Default: none.
    /// </summary>
    public IList<string> ReplyToPrefixes { get; } = [];

    internal IReadOnlyList<Func<IServiceProvider, IWorkerMiddleware>> Middleware => _middleware;

    /// <summary>Adds middleware around the handler; the first added is the outermost. It is taken from the call's scope.</summary>
    /// <typeparam name="TMiddleware">The middleware, registered as a service or made with its dependencies from the scope.</typeparam>
    /// <returns>These options.</returns>
    public WorkerOptions Use<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMiddleware>()
        where TMiddleware : class, IWorkerMiddleware
    {
        _middleware.Add(static provider => ActivatorUtilities.GetServiceOrCreateInstance<TMiddleware>(provider));
        return this;
    }

    /// <summary>Has something else serve the contract in the place of the transport.</summary>
    internal void RunOn(IWorkerEngine engine) => _engine = engine;

    /// <summary>What serves it; null for the transport, or the application's engine. No property, as those are bound from configuration.</summary>
    internal IWorkerEngine? FindEngine() => _engine;

    internal ushort EffectivePrefetch => Effective(Prefetch, Concurrency);

    internal ushort EffectiveCommandPrefetch => Effective(CommandPrefetch, CommandConcurrency);

    internal int EffectiveHighCommandConcurrency => HighCommandConcurrency > 0 ? HighCommandConcurrency : CommandConcurrency;

    internal ushort EffectiveHighCommandPrefetch => Effective(0, EffectiveHighCommandConcurrency);

    private static ushort Effective(int prefetch, int concurrency) =>
        (ushort)Math.Min(ushort.MaxValue, prefetch > 0 ? prefetch : concurrency + (concurrency / 4));
}
