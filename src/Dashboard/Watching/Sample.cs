using System.Text.Json;
using Messaging.Serving;

namespace Messaging.Watching;

/// <summary>What was seen in one step. What every page shows is written once.</summary>
internal sealed class Sample(FleetSnapshot fleet, IReadOnlyList<ServiceInstance> instances, FailureRates failures)
{
    private byte[]? _json;

    public FleetSnapshot Fleet => fleet;

    /// <summary>All instances, ordered by service.</summary>
    public IReadOnlyList<ServiceInstance> Instances => instances;

    public FailureRates Failures => failures;

    /// <summary>The fleet as JSON.</summary>
    public byte[] Json => _json ??= JsonSerializer.SerializeToUtf8Bytes(fleet, DashboardJson.Default.FleetSnapshot);
}
