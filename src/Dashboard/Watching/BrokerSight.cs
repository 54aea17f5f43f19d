using Messaging.Hosting;
using Messaging.Observers;
using Messaging.Serving;

namespace Messaging.Watching;

/// <summary>What is wrong with looking at the broker.</summary>
/// <param name="Status">Of the failure.</param>
/// <param name="Detail">What happened.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record BrokerTrouble(string Status, string Detail, string? Remedy)
{
    public static BrokerTrouble Of(RpcException failure) => new(failure.Status.ToString(), failure.Detail, Remedies.Of(failure));
}

/// <summary>Whether the broker can be looked at, as those that look say: one of them that can't is trouble.</summary>
internal sealed class BrokerSight(GuardedLogger<BrokerSight> logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, BrokerTrouble> _troubles = new(StringComparer.Ordinal);

    /// <summary>What is wrong; null for nothing.</summary>
    public BrokerTrouble? Trouble
    {
        get
        {
            lock (_lock)
            {
                return _troubles.Values.FirstOrDefault();
            }
        }
    }

    public void Saw(string looker)
    {
        lock (_lock)
        {
            if (_troubles.Remove(looker) && _troubles.Count == 0)
            {
                DashboardLog.BrokerBack(logger);
            }
        }
    }

    public void Missed(string looker, RpcException failure)
    {
        lock (_lock)
        {
            // One line an incident, however often it is met.
            if (_troubles.Count == 0)
            {
                DashboardLog.BrokerLost(logger, failure.Detail);
            }

            _troubles[looker] = BrokerTrouble.Of(failure);
        }
    }
}
