using Messaging.MassTransit;
using Messaging.MassTransit.Workers;

namespace Messaging;

/// <summary>Serves a contract from MassTransit.</summary>
public static class MassTransitWorkerOptionsExtensions
{
    /// <summary>
    /// Serves the contract's operations from a receive endpoint of the application's MassTransit bus
    /// (<c>services.AddMassTransit(…)</c>), for clients written with MassTransit: each operation consumes its request type.
    /// </summary>
    /// <param name="options">The worker's options.</param>
    /// <param name="configure">Names the queue, and configures the endpoint.</param>
    /// <returns>The same options.</returns>
    public static WorkerOptions OnMassTransit(this WorkerOptions options, Action<MassTransitWorkerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var own = new MassTransitWorkerOptions();
        configure?.Invoke(own);
        options.RunOn(new MassTransitWorkerEngine(_ => own, Counterpart.MassTransit));
        return options;
    }
}
