using Messaging.Hosting;

namespace Messaging;

/// <summary>
/// How a service is called. Bound from <c>Messaging:Requesters:{service}</c>; what one operation does differently from
/// <c>Messaging:Requesters:{service}:Operations:{method}</c>.
/// </summary>
public sealed class RequesterOptions
{
    private IRequesterEngine? _engine;

    /// <summary>
    /// The timeout of operations whose contract states none. A stream without one has no deadline; this is then how long
    /// it waits for a worker to take it. Above zero, at most 24 days. Default: 30 s.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether a call's request is published persistent and with a publisher confirm, so that a request that the broker
    /// accepted survives its restart and, on a quorum queue (<c>WorkerOptions.CallQueue</c>), the loss of a node. It
    /// costs latency: the broker confirms when the request is on disk, on most nodes of a quorum queue. It protects the
    /// request alone: a caller whose own connection is lost fails with <see cref="RpcException.MayHaveRun"/> as always.
    /// Default: false.
    /// </summary>
    public bool ConfirmCalls { get; set; }

    /// <summary>Retries of idempotent operations. On by default.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>How the items of streams are received.</summary>
    public StreamOptions Stream { get; set; } = new();

    /// <summary>Hedging of idempotent operations: a second attempt beside a slow first one. Default: null, off.</summary>
    public HedgingOptions? Hedging { get; set; }

    /// <summary>A circuit breaker for each operation. Default: null, off.</summary>
    public CircuitBreakerOptions? CircuitBreaker { get; set; }

    /// <summary>
    /// How many calls to the service may be under way from this requester at the most. While workers are overloaded
    /// fewer are, as many as keep the workers busy, without a setting. It bounds the requester's memory and the queue's
    /// length. A stream counts until a worker has taken it. From 1 to 1,000,000. Default: 10,000.
    /// </summary>
    public int MaxPendingCalls { get; set; } = 10_000;

    /// <summary>
    /// How many commands to the service may await their publisher confirm. It bounds the requester's memory when the
    /// broker confirms slowly or not at all. From 1 to 1,000,000. Default: 10,000.
    /// </summary>
    public int MaxPendingCommands { get; set; } = 10_000;

    /// <summary>
    /// What becomes of a call that finds <see cref="MaxPendingCalls"/> under way, or a command that finds
    /// <see cref="MaxPendingCommands"/>. Default: it waits, inside its deadline.
    /// </summary>
    public FullWindowBehavior WhenFull { get; set; }

    /// <summary>
    /// Whether calls that wait for the connection at the same moment may share a message. Packing begins when workers
    /// have shown that they can read it. Turn it off where workers of another library serve the same queue beside this
    /// one's. Default: true.
    /// </summary>
    public bool Batching { get; set; } = true;

    /// <summary>
    /// How large requests, commands and items of streams are compressed. With an algorithm set, workers are told that
    /// replies may be compressed too, and do it as their own options say. Default: off.
    /// </summary>
    public CompressionOptions Compression { get; set; } = new();

    /// <summary>What single operations do differently, by the method's wire name. A name that the contract lacks is refused at start.</summary>
    public IDictionary<string, OperationOptions> Operations { get; } = new Dictionary<string, OperationOptions>(StringComparer.Ordinal);

    /// <summary>Has something else carry the contract's operations in the place of the transport.</summary>
    internal void RunOn(IRequesterEngine engine) => _engine = engine;

    /// <summary>What carries them; null for the transport, or the application's engine. No property, as those are bound from configuration.</summary>
    internal IRequesterEngine? FindEngine() => _engine;
}

/// <summary>What becomes of a call when too many are under way.</summary>
public enum FullWindowBehavior
{
    /// <summary>It waits for room; the wait counts against its deadline.</summary>
    Wait = 0,

    /// <summary>It fails at once with <see cref="StatusCode.ResourceExhausted"/>.</summary>
    Fail = 1,
}

/// <summary>What one operation does differently from its service. What is null is as the service's.</summary>
public sealed class OperationOptions
{
    /// <summary>The operation's timeout; overrides the contract's.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>The operation's retries.</summary>
    public RetryOptions? Retry { get; set; }

    /// <summary>The operation's hedging.</summary>
    public HedgingOptions? Hedging { get; set; }

    /// <summary>The operation's circuit breaker.</summary>
    public CircuitBreakerOptions? CircuitBreaker { get; set; }

    /// <summary>How the operation's items are received.</summary>
    public StreamOptions? Stream { get; set; }
}

/// <summary>
/// Retries of a call, all inside its one deadline. Only idempotent operations are retried, only after
/// <see cref="StatusCode.Unavailable"/>, and not when nobody serves (<see cref="FailureReason.NoRoute"/>) or when the
/// workers are overloaded (<see cref="FailureReason.Overloaded"/>), which the caller is told at once.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>Attempts in all, the first included; 1 turns retries off. From 1 to 100. Default: 3.</summary>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>The delay before the second attempt; it doubles with every further one, with jitter. Above zero. Default: 50 ms.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest delay. Default: 1 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The retry budget: how many extra attempts (retries and hedges) the calls of an operation may cause, as a share
    /// of its calls. From 0 to 1. Default: 0.1, ten per cent. It keeps a failing service from being buried in retries.
    /// </summary>
    public double BudgetRatio { get; set; } = 0.1;

    /// <summary>How many extra attempts may be made before there have been calls to earn them. From 0 to 10,000. Default: 10.</summary>
    public int BudgetBurst { get; set; } = 10;
}

/// <summary>
/// Hedging: when a reply takes long, another attempt is sent and the first reply wins; the others are cancelled. While the
/// service's workers are overloaded none is sent.
/// </summary>
public sealed class HedgingOptions
{
    /// <summary>Attempts beside the first. From 1 to 10. Default: 1.</summary>
    public int MaxHedgedAttempts { get; set; } = 1;

    /// <summary>How long a reply may take before the next attempt is sent. Above zero. Default: 1 s.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// A circuit breaker: where most calls fail, further ones fail at once for a while and give the service room. What is
/// refused because it can't be answered in time (<see cref="FailureReason.Overloaded"/>) is no failure to it.
/// </summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>The share of failures (Unavailable, DeadlineExceeded, ResourceExhausted other than Overloaded) that opens it. Above 0, at most 1. Default: 0.5.</summary>
    public double FailureRatio { get; set; } = 0.5;

    /// <summary>The calls that must have been made in <see cref="SamplingDuration"/> before it may open. At least 2. Default: 20.</summary>
    public int MinimumThroughput { get; set; } = 20;

    /// <summary>The time over which failures are counted. At least 500 ms. Default: 10 s.</summary>
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long it stays open before one call may try. At least 500 ms. Default: 5 s.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);
}
