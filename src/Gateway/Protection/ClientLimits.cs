using System.Threading.RateLimiting;

namespace Messaging.Protection;

/// <summary>What one client has under way, and how often it may still call.</summary>
internal sealed class ClientLimits : IDisposable
{
    private readonly TokenBucketRateLimiter? _rate;
    private readonly ConcurrencyLimiter? _calls;
    private readonly ConcurrencyLimiter? _streams;

    public ClientLimits(GatewayLimitsOptions options)
    {
        _rate = options.RateLimit is { } rate ? CreateRate(rate) : null;
        _calls = Create(options.MaxCallsPerClient);
        _streams = Create(options.MaxStreamsPerClient);
    }

    /// <summary>How many of its requests are under way. Its table's.</summary>
    public int Users { get; set; }

    /// <summary>Whether nothing would be forgotten with it.</summary>
    public bool IsFresh
    {
        get
        {
            _rate?.TryReplenish();
            return Users == 0 && (_rate is null || _rate.IdleDuration is not null);
        }
    }

    /// <summary>Takes a token. False with the time until there is one.</summary>
    public bool TryCall(out TimeSpan retryAfter)
    {
        retryAfter = default;
        if (_rate is null)
        {
            return true;
        }

        _rate.TryReplenish();
        using var lease = _rate.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            lease.TryGetMetadata(MetadataName.RetryAfter, out retryAfter);
        }

        return lease.IsAcquired;
    }

    /// <summary>Enters a call; null where too many are under way.</summary>
    public RateLimitLease? EnterCall() => Acquire(_calls);

    /// <summary>Enters a stream; null where too many are under way.</summary>
    public RateLimitLease? EnterStream() => Acquire(_streams);

    public void Dispose()
    {
        _rate?.Dispose();
        _calls?.Dispose();
        _streams?.Dispose();
    }

    public static ConcurrencyLimiter? Create(int? limit) => limit is { } permits
        ? new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = permits, QueueLimit = 0 })
        : null;

    public static RateLimitLease? Acquire(ConcurrencyLimiter? limiter)
    {
        if (limiter is null)
        {
            return NoLimit.Instance;
        }

        var lease = limiter.AttemptAcquire();
        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        return null;
    }

    // It is filled when it is looked at: a timer for each client would cost more than the clients do.
    private static TokenBucketRateLimiter CreateRate(GatewayRateLimitOptions options)
    {
        var tokens = (int)Math.Max(1, Math.Min(options.PerSecond / 10, options.Burst));
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Burst,
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = TimeSpan.FromSeconds(tokens / options.PerSecond),
            QueueLimit = 0,
            AutoReplenishment = false,
        });
    }

    private sealed class NoLimit : RateLimitLease
    {
        public static NoLimit Instance { get; } = new();

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
