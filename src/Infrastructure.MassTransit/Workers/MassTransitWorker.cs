using MassTransit;
using Messaging.Inbox;
using Messaging.MassTransit.Hosting;
using Messaging.Observers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.MassTransit.Workers;

/// <summary>One worker of a service: connects a receive endpoint to the application's bus, and drains it when it is stopped.</summary>
internal sealed partial class MassTransitWorker<TService>(
    IServiceProvider provider, ServiceContract<TService> contract, Func<IServiceProvider, TService> resolve, MassTransitWorkerOptions own, Counterpart counterpart)
    : IHostedService, IDisposable
    where TService : class
{
    private static readonly TimeSpan _maxStart = TimeSpan.FromHours(1);

    // After the drain limit handlers are cancelled; those that obey get this long to give their messages back.
    private static readonly TimeSpan _graceAfterLimit = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly WorkerOptions _options = provider.GetRequiredService<IOptionsMonitor<WorkerOptions>>().Get(contract.Name);
    private readonly TimeProvider _time = provider.GetRequiredService<TimeProvider>();
    private readonly ILogger _logger = provider.GetRequiredService<GuardedLogger<MassTransitWorker<TService>>>();
    private HostReceiveEndpointHandle? _endpoint;

    private string Queue => own.Queue ?? contract.Name;

    /// <summary>Connects. Complete when the endpoint consumes, or when the broker is not there yet: then MassTransit goes on.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Validate();
        var bus = BusOf.Find(provider, contract.Name);
        var binder = new ConsumerBinder<TService>(
            new WorkerSetup<TService>(provider, resolve, _options, own.ApplyCommandRetry, _time, _logger, _stopping.Token), own.LeftOut);
        contract.Bind(binder);
        _endpoint = provider.GetService<IReceiveEndpointConnector>() is { } connector
            ? connector.ConnectReceiveEndpoint(Queue, (context, endpoint) => Configure(binder, context, endpoint))
            : bus.ConnectReceiveEndpoint(Queue, endpoint => Configure(binder, context: null, endpoint));
        try
        {
            await _endpoint.Ready.WaitAsync(own.StartTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogNotReady(_logger, contract.Name, Queue, own.StartTimeout);
        }
    }

    /// <summary>Drains: takes nothing more, finishes and answers what runs; a limit ends it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_endpoint is null)
        {
            return;
        }

        var stopped = _endpoint.StopAsync(cancellationToken);
        try
        {
            await stopped.WaitAsync(_options.DrainTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            LogDrainLimit(_logger, contract.Name, _options.DrainTimeout);
            await _stopping.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(stopped, Task.Delay(_graceAfterLimit, _time, cancellationToken)).ConfigureAwait(false);
        }
    }

    public void Dispose() => _stopping.Dispose();

    private void Validate()
    {
        OperationCheck.Validate(
            contract.Operations, own.LeftOut, counterpart, counterpart == Counterpart.Messaging ? "UseMassTransit" : "OnMassTransit");
        if (provider.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(InboxSetup), contract.Name) == true)
        {
            throw new InvalidOperationException(
                $"'{contract.Name}' has an inbox (AddInbox), which reads Messaging's own messages. Over MassTransit use its outbox, which has an inbox: ConfigureEndpoint((context, endpoint) => endpoint.UseEntityFrameworkOutbox<…>(context)).");
        }

        if (own.StartTimeout < TimeSpan.Zero || own.StartTimeout > _maxStart)
        {
            throw new InvalidOperationException($"StartTimeout of '{contract.Name}' is {own.StartTimeout}: set it from 0 to one hour.");
        }
    }

    private void Configure(ConsumerBinder<TService> binder, IBusRegistrationContext? context, IReceiveEndpointConfigurator endpoint)
    {
        endpoint.ConcurrentMessageLimit = _options.Concurrency;
        endpoint.PrefetchCount = _options.EffectivePrefetch;
        foreach (var configure in own.Endpoint)
        {
            configure(context, endpoint);
        }

        foreach (var consumer in binder.Consumers)
        {
            consumer.Configure(endpoint);
        }
    }

    [LoggerMessage(550, LogLevel.Warning, "The worker of '{Service}' does not consume from '{Queue}' after {Timeout}: MassTransit goes on to connect.")]
    private static partial void LogNotReady(ILogger logger, string service, string queue, TimeSpan timeout);

    [LoggerMessage(551, LogLevel.Warning, "The worker of '{Service}' has not finished in {Timeout} (DrainTimeout): its handlers are cancelled, and what they had goes back to the queue.")]
    private static partial void LogDrainLimit(ILogger logger, string service, TimeSpan timeout);
}
