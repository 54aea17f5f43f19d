namespace Messaging;

/// <summary>What one call, or all calls of one <c>With(…)</c> proxy, do differently.</summary>
public sealed record CallOptions
{
    /// <summary>
    /// How long the call may take from its first instant. Default: null, what configuration, options or the contract
    /// say. Inside a handler the shorter of this and the handler's own remaining time holds.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to zero, a negative value or more than 24 days.</exception>
    public TimeSpan? Timeout
    {
        get;
        init
        {
            if (value is { } timeout)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, nameof(value));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, MaxTimeout, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>Headers that travel with the call; the handler finds them in <see cref="CallContext.Headers"/>. Default: none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The longest timeout that can be asked for: 24 days, what a timer can hold.</summary>
    public static TimeSpan MaxTimeout { get; } = TimeSpan.FromDays(24);

    /// <summary>These options laid over <paramref name="below"/>: what is set here wins, headers are merged.</summary>
    internal CallOptions Over(CallOptions? below)
    {
        if (below is null)
        {
            return this;
        }

        return new CallOptions
        {
            Timeout = Timeout ?? below.Timeout,
            Headers = Merge(below.Headers, Headers),
        };
    }

    private static IReadOnlyDictionary<string, string>? Merge(
        IReadOnlyDictionary<string, string>? below, IReadOnlyDictionary<string, string>? above)
    {
        if (below is null || above is null)
        {
            return above ?? below;
        }

        var merged = new Dictionary<string, string>(below, StringComparer.Ordinal);
        foreach (var (name, value) in above)
        {
            merged[name] = value;
        }

        return merged;
    }
}
