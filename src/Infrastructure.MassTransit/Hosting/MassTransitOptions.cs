namespace Messaging.MassTransit;

/// <summary>How contracts run on a MassTransit bus, requesters and workers both.</summary>
public sealed class MassTransitOptions
{
    private readonly Dictionary<string, Action<MassTransitRequesterOptions>> _requesters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Action<MassTransitWorkerOptions>> _workers = new(StringComparer.Ordinal);

    /// <summary>Says how a service is called.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>These options.</returns>
    public MassTransitOptions ForRequester(string service, Action<MassTransitRequesterOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentNullException.ThrowIfNull(configure);
        _requesters[service] = _requesters.TryGetValue(service, out var before) ? before + configure : configure;
        return this;
    }

    /// <summary>Says how a service is served.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>These options.</returns>
    public MassTransitOptions ForWorker(string service, Action<MassTransitWorkerOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentNullException.ThrowIfNull(configure);
        _workers[service] = _workers.TryGetValue(service, out var before) ? before + configure : configure;
        return this;
    }

    /// <summary>Leaves operations of a service out, for its requesters and workers, that MassTransit can't carry.</summary>
    /// <param name="service">The service's wire name.</param>
    /// <param name="operations">The methods' wire names. One that the contract lacks is refused at start.</param>
    /// <returns>These options.</returns>
    public MassTransitOptions LeaveOut(string service, params string[] operations) =>
        ForRequester(service, options => options.LeaveOut(operations)).ForWorker(service, options => options.LeaveOut(operations));

    internal MassTransitRequesterOptions RequesterOf(string service)
    {
        var options = new MassTransitRequesterOptions();
        _requesters.GetValueOrDefault(service)?.Invoke(options);
        return options;
    }

    internal MassTransitWorkerOptions WorkerOf(string service)
    {
        var options = new MassTransitWorkerOptions { ApplyCommandRetry = true };
        _workers.GetValueOrDefault(service)?.Invoke(options);
        return options;
    }
}
