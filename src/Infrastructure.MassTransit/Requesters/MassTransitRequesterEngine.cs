using MassTransit;
using Messaging.Hosting;
using Messaging.MassTransit.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.MassTransit.Requesters;

/// <summary>Calls contracts over the application's MassTransit bus.</summary>
/// <param name="options">Says how, for a contract.</param>
/// <param name="counterpart">Who is on the other side.</param>
internal sealed class MassTransitRequesterEngine(Func<string, MassTransitRequesterOptions> options, Counterpart counterpart) : IRequesterEngine
{
    public IOperationInvoker Open<TService>(IServiceProvider provider, ServiceContract<TService> contract)
        where TService : class
    {
        var own = options(contract.Name);
        OperationCheck.Validate(
            contract.Operations, own.LeftOut, counterpart, counterpart == Counterpart.Messaging ? "UseMassTransit" : "ViaMassTransit");
        if (own.Addresses.Keys.FirstOrDefault(name => contract.Operations.All(operation => !string.Equals(operation.Name, name, StringComparison.Ordinal))) is { } unknown)
        {
            throw new InvalidOperationException(
                $"Addresses names '{unknown}', which the contract '{contract.Name}' lacks; it has: {string.Join(", ", contract.Operations.Select(static operation => operation.Name))}.");
        }

        var bus = BusOf.Find(provider, contract.Name);
        var requester = provider.GetRequiredService<IOptionsMonitor<RequesterOptions>>().Get(contract.Name);
        var time = provider.GetRequiredService<TimeProvider>();
        var binder = new SenderBinder<TService>(own.LeftOut, requester, operation => new SenderSetup(
            bus, requester, AddressOf(operation, own, bus), counterpart == Counterpart.Messaging, time));
        contract.Bind(binder);
        return new MassTransitInvoker(binder.Senders);
    }

    private Uri? AddressOf(OperationDescriptor operation, MassTransitRequesterOptions own, IBus bus)
    {
        if (own.Addresses.TryGetValue(operation.Name, out var address) || (address = own.Address) is not null)
        {
            return address;
        }

        // An address of a queue has the sender declare it, with the arguments that it knows; an exchange's leaves the queue to the workers.
        return counterpart == Counterpart.MassTransit ? null
            : new Uri($"{(bus.Address.Scheme is "rabbitmq" or "rabbitmqs" or "amqp" or "amqps" or "loopback" ? "exchange" : "queue")}:{operation.Service}");
    }
}
