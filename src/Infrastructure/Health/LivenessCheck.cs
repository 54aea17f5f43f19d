using Messaging.Deadlines;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Messaging.Health;

/// <summary>
/// Whether the timer still turns that ends all calls, commands and streams at their deadlines. Each look sets a deadline,
/// if none is pending, and a later one sees whether it has fired. It never waits.
/// </summary>
internal sealed class LivenessCheck(DeadlineWheel deadlines, TimeProvider time) : IHealthCheck
{
    /// <summary>For so long a deadline may be late, as on a machine that is busy or was suspended.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private Pulse? _pulse;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        TimeSpan? late = null;
        lock (_lock)
        {
            if (_pulse is null or { Fired: true })
            {
                _pulse = new Pulse(time.GetTimestamp());
                deadlines.Add(_pulse, Deadline.After(TimeSpan.Zero, time));
            }
            else
            {
                late = time.GetElapsedTime(_pulse.Since);
            }
        }

        return Task.FromResult(late > Patience
            ? new HealthCheckResult(context.Registration.FailureStatus, $"A deadline is {late.Value.TotalSeconds:0} s late: the process's timers are stuck.")
            : HealthCheckResult.Healthy("Deadlines fire."));
    }

    private sealed class Pulse(long since) : DeadlineEntry
    {
        private volatile bool _fired;

        public long Since => since;

        public bool Fired => _fired;

        internal override void OnDeadline() => _fired = true;
    }
}
