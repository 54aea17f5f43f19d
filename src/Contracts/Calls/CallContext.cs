using System.Collections.Frozen;
using System.Globalization;

namespace Messaging;

/// <summary>What a handler can know about the call it serves. Flows with the handler's async context.</summary>
public sealed class CallContext
{
    private static readonly AsyncLocal<CallContext?> _current = new();

    private const long NoDeadline = long.MaxValue;

    private readonly long _deadline = NoDeadline;

    // What most calls come without.
    private Details? _details;

    /// <summary>A context for code that serves calls outside of a worker, e.g. the unit test of a handler.</summary>
    /// <param name="operation">The operation being served.</param>
    /// <param name="timeout">The time the call has left; null when it has no deadline.</param>
    /// <param name="timeProvider">The clock; null for <see cref="TimeProvider.System"/>.</param>
    public CallContext(OperationDescriptor operation, TimeSpan? timeout = null, TimeProvider? timeProvider = null)
        : this(operation, timeout is { } value ? Messaging.Deadline.After(value, timeProvider ?? TimeProvider.System) : null)
    {
    }

    internal CallContext(OperationDescriptor operation, Deadline? deadline)
    {
        ArgumentNullException.ThrowIfNull(operation);
        Operation = operation;
        if (deadline is { } ends)
        {
            _deadline = ends.Timestamp;
            if (ends.Clock != TimeProvider.System)
            {
                _details = new Details { Clock = ends.Clock };
            }
        }
    }

    /// <summary>The context of the call being served here, or null outside of a handler.</summary>
    public static CallContext? Current => _current.Value;

    /// <summary>The operation being served.</summary>
    public OperationDescriptor Operation { get; }

    /// <summary>The caller's correlation id, as it came; null for a command sent without one.</summary>
    public string? CorrelationId
    {
        get => _details?.CorrelationId ?? (CorrelationNumber == 0 ? null : CorrelationNumber.ToString("x32", CultureInfo.InvariantCulture));
        init
        {
            if (value is not null)
            {
                (_details ??= new Details()).CorrelationId = value;
            }
        }
    }

    /// <summary>The id of the command's message, the same in every delivery of it; null if the sender gave none.</summary>
    public string? MessageId
    {
        get => _details?.MessageId;
        init
        {
            if (value is not null)
            {
                (_details ??= new Details()).MessageId = value;
            }
        }
    }

    /// <summary>Which delivery of this message this is, from 1. More than 1 after a worker died, a connection broke or a retry.</summary>
    public int Attempt
    {
        get => _details?.Attempt ?? 1;
        init
        {
            if (value != 1)
            {
                (_details ??= new Details()).Attempt = value;
            }
        }
    }

    /// <summary>
    /// The broker user the caller authenticated as, where the caller stated it (AMQP <c>user-id</c>, which RabbitMQ
    /// validates: https://www.rabbitmq.com/docs/validated-user-id); otherwise null.
    /// </summary>
    public string? Caller
    {
        get => _details?.Caller;
        init
        {
            if (value is not null)
            {
                (_details ??= new Details()).Caller = value;
            }
        }
    }

    /// <summary>The caller's headers. Names are case-sensitive. Never null.</summary>
    public IReadOnlyDictionary<string, string> Headers
    {
        get => _details?.Headers ?? FrozenDictionary<string, string>.Empty;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Count > 0)
            {
                (_details ??= new Details()).Headers = value;
            }
        }
    }

    /// <summary>Ends when the caller cancels, the deadline passes, the message is taken away, or the worker's drain limit is reached.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>What is left of the call's deadline, never negative; <see cref="Timeout.InfiniteTimeSpan"/> when it has none.</summary>
    public TimeSpan RemainingTime => Deadline?.Remaining ?? Timeout.InfiniteTimeSpan;

    /// <summary>Whether the call's deadline has passed.</summary>
    public bool DeadlineExceeded => Deadline is { HasPassed: true };

    /// <summary>
    /// Headers that the caller gets with the reply, or before a stream's first item (<see cref="ResponseMetadata.Headers"/>).
    /// Of a stream, set them before the first item; later ones are not sent. Commands carry none.
    /// </summary>
    public IDictionary<string, string> ResponseHeaders => (_details ??= new Details()).ResponseHeaders ??= new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Trailers that the caller gets with the reply, or a stream's end (<see cref="ResponseMetadata.Trailers"/>), however the handler ended. Commands carry none.</summary>
    public IDictionary<string, string> ResponseTrailers => (_details ??= new Details()).ResponseTrailers ??= new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How the request was compressed, or the item that was read last of a stream of requests (<c>gzip</c>, <c>br</c>); null for not at all.</summary>
    public string? RequestEncoding
    {
        get => _details?.RequestEncoding;
        internal set
        {
            if (value is not null || _details is not null)
            {
                (_details ??= new Details()).RequestEncoding = value;
            }
        }
    }

    /// <summary>
    /// Whether the reply is compressed; of a stream, the items that follow. Default: <see cref="ReplyCompression.Automatic"/>,
    /// as the worker's options say.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value that <see cref="Messaging.ReplyCompression"/> lacks.</exception>
    public ReplyCompression ReplyCompression
    {
        get => _details?.ReplyCompression ?? ReplyCompression.Automatic;
        set
        {
            if (!Enum.IsDefined(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "Set it to Automatic, Always or Never.");
            }

            (_details ??= new Details()).ReplyCompression = value;
        }
    }

    internal IReadOnlyDictionary<string, string>? SetResponseHeaders => _details?.ResponseHeaders;

    internal IReadOnlyDictionary<string, string>? SetResponseTrailers => _details?.ResponseTrailers;

    internal Deadline? Deadline =>
        _deadline == NoDeadline ? null : Messaging.Deadline.At(_deadline, _details?.Clock ?? TimeProvider.System);

    /// <summary>The correlation id of a call that came as a number: its text is made when somebody asks.</summary>
    internal UInt128 CorrelationNumber { get; init; }

    /// <summary>Makes this the <see cref="Current"/> context until the returned scope is disposed.</summary>
    /// <returns>A scope that restores the context that was current before.</returns>
    public Scope Enter()
    {
        var previous = _current.Value;
        _current.Value = this;
        return new Scope(previous);
    }

    private sealed class Details
    {
        public string? MessageId { get; set; }

        public int Attempt { get; set; } = 1;

        public string? CorrelationId { get; set; }

        public Dictionary<string, string>? ResponseHeaders { get; set; }

        public Dictionary<string, string>? ResponseTrailers { get; set; }

        public string? RequestEncoding { get; set; }

        public ReplyCompression ReplyCompression { get; set; }

        public TimeProvider? Clock { get; init; }

        public string? Caller { get; set; }

        public IReadOnlyDictionary<string, string>? Headers { get; set; }
    }

    /// <summary>Restores the previous <see cref="Current"/> context on disposal.</summary>
    public readonly struct Scope : IDisposable, IEquatable<Scope>
    {
        private readonly CallContext? _previous;

        internal Scope(CallContext? previous) => _previous = previous;

        /// <inheritdoc/>
        public void Dispose() => _current.Value = _previous;

        /// <inheritdoc/>
        public bool Equals(Scope other) => ReferenceEquals(_previous, other._previous);

        /// <inheritdoc/>
        public override bool Equals(object? obj) => obj is Scope other && Equals(other);

        /// <inheritdoc/>
        public override int GetHashCode() => _previous?.GetHashCode() ?? 0;

        /// <summary>Whether both scopes restore the same context.</summary>
        public static bool operator ==(Scope left, Scope right) => left.Equals(right);

        /// <summary>Whether the scopes restore different contexts.</summary>
        public static bool operator !=(Scope left, Scope right) => !left.Equals(right);
    }
}
