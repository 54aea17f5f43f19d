using System.Globalization;
using Messaging.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Messaging.Health;

/// <summary>Whether this process can do its work: its workers and its requester are at the broker, which takes what they publish, and nothing stops.</summary>
internal sealed class ReadinessCheck(Participants participants, ITransport transport, IServiceProvider provider) : IHealthCheck
{
    private readonly IHostApplicationLifetime? _lifetime = provider.GetService<IHostApplicationLifetime>();

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var all = participants.All.Select(static participant => participant.Health).OrderBy(static health => health.Name, StringComparer.Ordinal).ToList();
        var data = Describe(all);
        return Task.FromResult(FindFault(all) is { } fault
            ? new HealthCheckResult(context.Registration.FailureStatus, fault, data: data)
            : all.Find(static health => health.State == ParticipantState.Partial) is { } partial
                ? HealthCheckResult.Degraded($"The {partial.Name} serves only one of its queues. {partial.LastFailure}", data: data)
                : all.Find(static health => health.State == ParticipantState.Hindered) is { } hindered
                ? HealthCheckResult.Degraded($"The {hindered.Name} can't serve all that it is sent. {hindered.LastFailure}", data: data)
                : HealthCheckResult.Healthy("Connected to the broker.", data));
    }

    private string? FindFault(List<ParticipantHealth> all)
    {
        if (_lifetime?.ApplicationStopping.IsCancellationRequested ?? false)
        {
            return "The application is stopping.";
        }

        if (all.Find(static health => health.State == ParticipantState.Away) is { } away)
        {
            return $"The {away.Name} has no connection to the broker{(away.LastFailure is { } why ? $": {why}" : ".")}";
        }

        if (all.Find(static health => health.State == ParticipantState.Draining) is { } draining)
        {
            return $"The {draining.Name} is stopping.";
        }

        return transport.IsBlocked ? "The broker takes nothing at present, for want of memory or disk." : null;
    }

    private static Dictionary<string, object> Describe(List<ParticipantHealth> all)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var health in all)
        {
            var name = health.Name;
            for (var number = 2; data.ContainsKey($"{name}: state"); number++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{health.Name} ({number})");
            }

            data[$"{name}: state"] = health.State.ToString();
            data[$"{name}: running"] = health.Running;
            if (health.LastFailure is { } failure)
            {
                data[$"{name}: last failure"] = failure;
            }
        }

        return data;
    }
}
