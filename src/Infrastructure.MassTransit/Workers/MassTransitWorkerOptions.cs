using MassTransit;

namespace Messaging.MassTransit;

/// <summary>How a contract is served from a MassTransit bus.</summary>
public sealed class MassTransitWorkerOptions
{
    /// <summary>The receive endpoint, and so the queue, that the worker consumes from. Default: null, the service's name.</summary>
    public string? Queue { get; set; }

    /// <summary>
    /// Whether commands are retried as Messaging's options and contracts say (<see cref="WorkerOptions.CommandRetry"/>): in
    /// the worker, which holds the message meanwhile. Without it a command whose handler fails goes to the <c>_error</c> queue
    /// at once, unless the endpoint has retries of MassTransit's own (<see cref="ConfigureEndpoint(Action{IReceiveEndpointConfigurator})"/>).
    /// Default: false with <c>OnMassTransit</c>, true with <c>UseMassTransit</c>.
    /// </summary>
    public bool ApplyCommandRetry { get; set; }

    /// <summary>
    /// How long starting waits for the endpoint to consume; after that the application starts, and MassTransit goes on to
    /// connect. From 0 to 1 hour. Default: 10 s.
    /// </summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal LeftOutOperations LeftOut { get; } = new();

    internal List<Action<IBusRegistrationContext?, IReceiveEndpointConfigurator>> Endpoint { get; } = [];

    /// <summary>
    /// Configures the receive endpoint with MassTransit's own means, after the worker's options: retries
    /// (<c>UseMessageRetry</c>), an outbox, prefetch, a quorum queue, further consumers.
    /// </summary>
    /// <param name="configure">Configures it.</param>
    /// <returns>These options.</returns>
    public MassTransitWorkerOptions ConfigureEndpoint(Action<IReceiveEndpointConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Endpoint.Add((_, endpoint) => configure(endpoint));
        return this;
    }

    /// <summary>As the other one, with the bus's registrations: for filters and sagas that come from the container.</summary>
    /// <param name="configure">Configures it.</param>
    /// <returns>These options.</returns>
    public MassTransitWorkerOptions ConfigureEndpoint(Action<IBusRegistrationContext, IReceiveEndpointConfigurator> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        Endpoint.Add((context, endpoint) => configure(
            context ?? throw new InvalidOperationException("The bus has no registrations, as it was not added by services.AddMassTransit(…). Add it so, or configure the endpoint without them."),
            endpoint));
        return this;
    }

    /// <summary>Leaves operations out that MassTransit can't carry (streams, for example), so that the others can be served.</summary>
    /// <param name="operations">The methods' wire names. One that the contract lacks is refused at start.</param>
    /// <returns>These options.</returns>
    public MassTransitWorkerOptions LeaveOut(params ReadOnlySpan<string> operations)
    {
        LeftOut.Add(operations);
        return this;
    }
}
