using Messaging.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.MassTransit.Workers;

/// <summary>Serves contracts from the application's MassTransit bus.</summary>
/// <param name="options">Says how, for a contract.</param>
/// <param name="counterpart">Who is on the other side.</param>
internal sealed class MassTransitWorkerEngine(Func<string, MassTransitWorkerOptions> options, Counterpart counterpart) : IWorkerEngine
{
    public IHostedService Serve<TService, TImplementation>(IServiceProvider provider, ServiceContract<TService> contract)
        where TService : class
        where TImplementation : class, TService =>
        new MassTransitWorker<TService>(
            provider, contract, static scope => scope.GetRequiredService<TImplementation>(), options(contract.Name), counterpart);
}
