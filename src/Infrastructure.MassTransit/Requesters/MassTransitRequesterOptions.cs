namespace Messaging.MassTransit;

/// <summary>How a contract is called over a MassTransit bus.</summary>
public sealed class MassTransitRequesterOptions
{
    /// <summary>
    /// Where calls and commands are sent, an address of MassTransit's: <c>queue:orders</c>, <c>exchange:orders</c> or a whole
    /// URI. Default: null; with <c>ViaMassTransit</c> they are published, so that whoever consumes the message type gets them,
    /// with <c>UseMassTransit</c> they go to the endpoint named as the service.
    /// </summary>
    public Uri? Address { get; set; }

    /// <summary>Where single operations are sent, by the method's wire name; wins over <see cref="Address"/>. A name that the contract lacks is refused at start.</summary>
    public IDictionary<string, Uri> Addresses { get; } = new Dictionary<string, Uri>(StringComparer.Ordinal);

    internal LeftOutOperations LeftOut { get; } = new();

    /// <summary>
    /// Leaves operations out that MassTransit can't carry (streams, for example), so that the others can be used: calling
    /// one then fails with <see cref="StatusCode.Unimplemented"/>.
    /// </summary>
    /// <param name="operations">The methods' wire names. One that the contract lacks is refused at start.</param>
    /// <returns>These options.</returns>
    public MassTransitRequesterOptions LeaveOut(params ReadOnlySpan<string> operations)
    {
        LeftOut.Add(operations);
        return this;
    }
}
