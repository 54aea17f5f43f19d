namespace Messaging.Hosting;

/// <summary>Carries the operations of contracts in the place of the transport: another system that has its own.</summary>
internal interface IRequesterEngine
{
    /// <summary>Opens the door that a contract's proxy calls.</summary>
    /// <param name="provider">The application's services.</param>
    /// <param name="contract">The contract.</param>
    /// <typeparam name="TService">The contract's interface.</typeparam>
    /// <exception cref="InvalidOperationException">An operation can't be carried; the message names it and the way out.</exception>
    IOperationInvoker Open<TService>(IServiceProvider provider, ServiceContract<TService> contract)
        where TService : class;
}
