namespace Messaging.Calls.Contract;

/// <summary>The contract whose commands are urgent, or in order.</summary>
[Service("shipping", CommandPartitions = 4)]
public interface IShipping
{
    [Command(Priority = CommandPriority.Normal)]
    Task BookAsync(Parcel command, CancellationToken cancellationToken = default);

    [Command(Priority = CommandPriority.High)]
    Task RushAsync(Parcel command, CancellationToken cancellationToken = default);

    [Command(OrderedBy = nameof(Parcel.Order))]
    Task MoveAsync(Parcel command, CancellationToken cancellationToken = default);
}

public sealed record Parcel(string Order, int Number);

/// <summary>Serves the contract as the test scripts it.</summary>
public sealed class ScriptedShipping(ShippingScript script) : IShipping
{
    public Task BookAsync(Parcel command, CancellationToken cancellationToken) => script.Book(command, cancellationToken);

    public Task RushAsync(Parcel command, CancellationToken cancellationToken) => script.Rush(command, cancellationToken);

    public Task MoveAsync(Parcel command, CancellationToken cancellationToken) => script.Move(command, cancellationToken);
}

/// <summary>What the handlers of a test's worker do.</summary>
public sealed class ShippingScript
{
    public Func<Parcel, CancellationToken, Task> Book { get; init; } = static (_, _) => Task.CompletedTask;

    public Func<Parcel, CancellationToken, Task> Move { get; init; } = static (_, _) => Task.CompletedTask;

    public Func<Parcel, CancellationToken, Task> Rush { get; init; } = static (_, _) => Task.CompletedTask;
}
