using Messaging.Descriptions;

namespace Messaging.Trying;

/// <summary>What a service's workers say that it does.</summary>
internal sealed record OperationList(string Service, string? Version, bool ReadOnly, IReadOnlyList<OperationDescription> Operations);

/// <summary>A try of an operation.</summary>
/// <param name="Service">The service's wire name.</param>
/// <param name="Method">The method's wire name.</param>
/// <param name="Body">JSON; of a stream of requests, a value a line.</param>
/// <param name="TimeoutMs">Null for what the contract asks for.</param>
/// <param name="Headers">The caller's.</param>
internal sealed record TryRequest(string Service, string Method, string Body, long? TimeoutMs = null, Dictionary<string, string>? Headers = null);

/// <summary>What comes back of a try, a line of JSON each: replies or items, then the end.</summary>
internal sealed record TryLine
{
    /// <summary>A reply or an item, as text.</summary>
    public string? Item { get; init; }

    /// <summary>How many bytes it has, where only the first ones are here.</summary>
    public int? ItemBytes { get; init; }

    /// <summary>How it ended.</summary>
    public TryEnd? End { get; init; }
}

/// <summary>How a try ended.</summary>
internal sealed record TryEnd
{
    public required string Status { get; init; }
    public required double Milliseconds { get; init; }
    public string? Detail { get; init; }
    public string? Remedy { get; init; }
    public string? Reason { get; init; }
    public string? Fault { get; init; }
    public string? Fields { get; init; }
    public string? CorrelationId { get; init; }
    public bool? MayHaveRun { get; init; }

    /// <summary>Whether it was a command, which the broker has safe now.</summary>
    public bool? Accepted { get; init; }
    public string? MessageId { get; init; }
    public IReadOnlyDictionary<string, string>? Headers { get; init; }
    public IReadOnlyDictionary<string, string>? Trailers { get; init; }
}
