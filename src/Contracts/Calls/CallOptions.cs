namespace Messaging;

/// <summary>What one call, or all calls of one <c>With(…)</c> proxy, do differently.</summary>
public sealed record CallOptions
{
    private const int MaxMessageIdLength = 128;

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

    /// <summary>
    /// The id of a command's message, the same in every delivery of it: a worker with an inbox runs a command of one id
    /// once, and a delayed command is cancelled by it. Give each command its own. Calls have none and ignore it.
    /// Default: null, a random one.
    /// </summary>
    /// <exception cref="ArgumentException">Set to an empty text, or to one of more than 128 characters or with others than printable ASCII.</exception>
    public string? MessageId
    {
        get;
        init
        {
            if (value is not null && (value.Length is 0 or > MaxMessageIdLength || value.AsSpan().ContainsAnyExceptInRange('!', '~')))
            {
                throw new ArgumentException($"A message id has 1 to {MaxMessageIdLength} characters of printable ASCII, without blanks.", nameof(value));
            }

            field = value;
        }
    }

    /// <summary>
    /// How long the broker keeps a command before a worker gets it, rounded up to whole seconds. The command is safe as
    /// soon as sending it completes, and can be cancelled by its <see cref="MessageId"/> until it is due. Calls and
    /// streams refuse it. Default: null, no delay.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to zero, a negative value or more than 365 days.</exception>
    public TimeSpan? Delay
    {
        get;
        init
        {
            if (value is { } delay)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(delay, TimeSpan.Zero, nameof(value));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, MaxDelay, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>
    /// Where a command waits, of an operation whose contract names a <see cref="CommandAttribute.Priority"/>; sending any
    /// other command with it, and a call, throws <see cref="ArgumentException"/>. Default: null, what the contract says.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value that <see cref="CommandPriority"/> lacks.</exception>
    public CommandPriority? Priority
    {
        get;
        init
        {
            if (value is not (null or CommandPriority.Normal or CommandPriority.High))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "Set it to Normal or High.");
            }

            field = value;
        }
    }

    /// <summary>
    /// Takes what the handler says beside its reply or items. For one call or stream: a second one finds it filled.
    /// Commands ignore it. Default: null.
    /// </summary>
    public ResponseMetadata? Response { get; init; }

    /// <summary>How a forwarded reply or its items may be compressed, a list as in HTTP's <c>Accept-Encoding</c>; null for not at all. For raw payloads alone: others are decompressed here.</summary>
    internal string? AcceptEncoding { get; init; }

    /// <summary>The longest delay that can be asked for: 365 days.</summary>
    public static TimeSpan MaxDelay { get; } = TimeSpan.FromDays(365);

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
            MessageId = MessageId ?? below.MessageId,
            Delay = Delay ?? below.Delay,
            Priority = Priority ?? below.Priority,
            Response = Response ?? below.Response,
            AcceptEncoding = AcceptEncoding ?? below.AcceptEncoding,
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
