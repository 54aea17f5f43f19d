namespace Messaging.Transport;

/// <summary>A message on its way out. Property names are those of AMQP 0-9-1.</summary>
public readonly record struct OutboundMessage
{
    /// <summary>How many levels of delay there are, each twice as long as the one before: one second, two, four and so on.</summary>
    internal const int DelayLevels = 22;

    /// <summary>The queue it goes to, through the default exchange.</summary>
    public required string Queue { get; init; }

    /// <summary>The <c>type</c> property: a method's wire name, or a reply's kind; null for none, as a stranger's message may have none.</summary>
    public required string? Type { get; init; }

    /// <summary>The <c>content-type</c> property; null for an empty body.</summary>
    public string? ContentType { get; init; }

    /// <summary>The <c>correlation-id</c> property.</summary>
    public string? CorrelationId { get; init; }

    /// <summary>The <c>message-id</c> property.</summary>
    public string? MessageId { get; init; }

    /// <summary>The <c>reply-to</c> property.</summary>
    public string? ReplyTo { get; init; }

    /// <summary>The <c>user-id</c> property; null for none. Set where the broker allows it: it must be the connection's own user.</summary>
    public string? UserId { get; init; }

    /// <summary>Properties that only strangers set; null for none.</summary>
    public ForeignProperties? Foreign { get; init; }

    /// <summary>The <c>expiration</c> property, in milliseconds; null for none.</summary>
    public long? ExpirationMs { get; init; }

    /// <summary>
    /// How long the broker keeps the message before it goes to <see cref="Queue"/>, rounded up to whole seconds; null or
    /// zero for not at all. It is safe there: the confirm says so, and a restart of the broker forgets nothing. Only with
    /// confirmed publishing, to a commands queue, and without <see cref="ExpirationMs"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or over <see cref="MaxDelay"/>.</exception>
    public TimeSpan? Delay
    {
        get;
        init
        {
            if (value is { } delay)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero, nameof(value));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(delay, MaxDelay, nameof(value));
            }

            field = value;
        }
    }

    /// <summary>Whether <c>delivery-mode</c> is 2.</summary>
    public bool Persistent { get; init; }

    /// <summary>The headers; null for none. Shared between messages: a transport must not change it.</summary>
    public IReadOnlyDictionary<string, object?>? Headers { get; init; }

    /// <summary>The longest <see cref="Delay"/>: 4,194,303 seconds, some 48 days.</summary>
    public static TimeSpan MaxDelay { get; } = TimeSpan.FromSeconds((1 << DelayLevels) - 1);

    /// <summary><see cref="Delay"/> in the whole seconds that it is rounded up to; 0 for none.</summary>
    internal int DelaySeconds => Delay is { } delay ? (int)((delay.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond) : 0;

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
