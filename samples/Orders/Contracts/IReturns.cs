using Messaging;

namespace Orders.Contracts;

/// <summary>A service that nobody serves here: its callers are told at once instead of at their timeout.</summary>
[Service("returns")]
public interface IReturns
{
    /// <summary>Asks for a return label.</summary>
    Task<ReturnLabel> RequestLabelAsync(ReturnRequest request, CancellationToken ct = default);
}

/// <summary>Asks for a return label.</summary>
/// <param name="OrderId">The order that goes back.</param>
public sealed record ReturnRequest(string OrderId);

/// <summary>A return label.</summary>
/// <param name="Code">What the parcel service scans.</param>
public sealed record ReturnLabel(string Code);
