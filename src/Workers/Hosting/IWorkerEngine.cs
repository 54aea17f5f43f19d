using Microsoft.Extensions.Hosting;

namespace Messaging.Hosting;

/// <summary>Serves contracts in the place of the transport: from another system that has its own.</summary>
internal interface IWorkerEngine
{
    /// <summary>Makes what serves a contract while it runs. Starting it checks that every operation can be carried.</summary>
    /// <param name="provider">The application's services.</param>
    /// <param name="contract">The contract.</param>
    /// <typeparam name="TService">The contract's interface.</typeparam>
    /// <typeparam name="TImplementation">What implements it, taken from a scope for each call.</typeparam>
    IHostedService Serve<TService, TImplementation>(IServiceProvider provider, ServiceContract<TService> contract)
        where TService : class
        where TImplementation : class, TService;
}
