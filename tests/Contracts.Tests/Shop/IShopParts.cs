namespace Messaging.Tests.Shop;

/// <summary>What several contracts share.</summary>
/// <typeparam name="T">What is kept.</typeparam>
public interface IStore<T> : ICounted
{
    Task<T?> GetAsync(string id, CancellationToken ct = default);
}

/// <summary>The bottom of the diamond.</summary>
public interface ICounted
{
    [Operation(Idempotent = true)]
    Task<int> CountAsync(string filter);
}

/// <summary>A contract that is a contract itself and the base of another.</summary>
[Service("returns")]
public interface IReturns : ICounted
{
    Task ReturnAsync(Ship shipment, CancellationToken ct = default);
}

/// <summary>A contract that inherits a generic interface, another contract, and a third by two ways.</summary>
[Service("returns.v2")]
public interface IReturnsV2 : IStore<Quote>, IReturns
{
    Task Invoker(int @event);
}
