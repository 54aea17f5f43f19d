using Messaging.Policies;
using Messaging.Transport;

namespace Messaging.Telemetry;

/// <summary>What a requester has under way, for the metrics that are read and not counted.</summary>
internal sealed class RequesterState(ITransport transport, CallPolicies policies)
{
    public IEnumerable<ObservedValue> Read()
    {
        yield return new(ObservedKind.LinksBlocked, "requester", transport.IsBlocked ? 1 : 0);
        foreach (var service in policies.Services)
        {
            yield return new(ObservedKind.ActiveCalls, service.Service, service.Window.Count);
            yield return new(ObservedKind.WaitingCalls, service.Service, service.Window.Waiting);
            yield return new(ObservedKind.CallLimit, service.Service, service.Load.Limit.Current);
            yield return new(ObservedKind.ActiveCommands, service.Service, service.MaxPendingCommands - service.CommandRoom.CurrentCount);
        }
    }
}
