using Messaging.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging;

/// <summary>Registers what a process does with Messaging: its transport, its workers, its requesters.</summary>
public sealed class MessagingBuilder
{
    internal MessagingBuilder(IServiceCollection services) => Services = services;

    /// <summary>The application's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>
    /// Takes back the choice of a transport, so that another can be made: for the host of a test that starts an
    /// application as it is, on another broker. Options that were set for the transport stay.
    /// </summary>
    /// <returns>The builder.</returns>
    public MessagingBuilder ForgetTransport()
    {
        TransportChoice.Forget(Services);
        return this;
    }
}
