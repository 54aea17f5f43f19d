using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Messaging.MassTransit.Workers;

/// <summary>What the operations of a worker share.</summary>
/// <param name="Provider">The application's services.</param>
/// <param name="Resolve">Takes the service from a call's scope.</param>
/// <param name="Options">The worker's options.</param>
/// <param name="RetriesCommands">Whether commands are retried as Messaging's options say.</param>
/// <param name="Time">The clock of deadlines.</param>
/// <param name="Logger">The worker's log.</param>
/// <param name="Stopping">Cancelled at the drain limit.</param>
internal sealed record WorkerSetup<TService>(
    IServiceProvider Provider, Func<IServiceProvider, TService> Resolve, WorkerOptions Options, bool RetriesCommands, TimeProvider Time, ILogger Logger, CancellationToken Stopping)
    where TService : class
{
    public IServiceScopeFactory Scopes { get; } = Provider.GetRequiredService<IServiceScopeFactory>();
}
