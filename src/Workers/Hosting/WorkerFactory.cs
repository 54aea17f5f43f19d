using System.Diagnostics.CodeAnalysis;
using Messaging.Batching;
using Messaging.Catalogue;
using Messaging.Deadlines;
using Messaging.Descriptions;
using Messaging.FailedCommands;
using Messaging.Handling;
using Messaging.Health;
using Messaging.Inbox;
using Messaging.Observers;
using Messaging.Overload;
using Messaging.Pipeline;
using Messaging.Running;
using Messaging.Serialization;
using Messaging.Streams;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>Puts a worker together. The only place that knows all of its parts.</summary>
internal static class WorkerFactory
{
    public static Worker Create<TService, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>(
        IServiceProvider provider, IServiceCollection services, ServiceContract<TService> contract)
        where TService : class
        where TImplementation : class, TService
    {
        var options = provider.GetRequiredService<IOptionsMonitor<WorkerOptions>>().Get(contract.Name);
        var descriptor = services.Last(static service => service.ServiceType == typeof(TImplementation) && !service.IsKeyedService);
        var inbox = provider.GetKeyedService<InboxSetup>(contract.Name);
        var needsScope = inbox is not null || options.Middleware.Count > 0 || ScopeNeed.Of<TImplementation>(provider, services, descriptor);
        var serializers = provider.GetRequiredService<PayloadSerializers>();
        return Assemble(provider, contract, typeof(TService).Assembly.GetName().Version?.ToString(), needsScope, new HandlerSetup<TService>(
            options,
            serializers,
            provider.GetRequiredService<ITransport>().MaxMessageBytes,
            needsScope || descriptor.Lifetime == ServiceLifetime.Singleton
                ? static scope => scope.GetRequiredService<TImplementation>()
                : Make<TService, TImplementation>(),
            inbox,
            () => DescriptionBinder<TService>.Describe(contract, serializers)));
    }

    /// <summary>A worker of a contract that is known only when the program runs.</summary>
    /// <param name="provider">The application's services.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="service">What serves every call.</param>
    /// <param name="description">What is said of the service to who asks.</param>
    public static Worker Create<TService>(IServiceProvider provider, ServiceContract<TService> contract, TService service, ServiceDescription description)
        where TService : class =>
        Assemble(provider, contract, description.Version, needsScope: false, new HandlerSetup<TService>(
            provider.GetRequiredService<IOptionsMonitor<WorkerOptions>>().Get(contract.Name),
            provider.GetRequiredService<PayloadSerializers>(),
            provider.GetRequiredService<ITransport>().MaxMessageBytes,
            _ => service,
            Inbox: null,
            () => description));

    private static Worker Assemble<TService>(IServiceProvider provider, ServiceContract<TService> contract, string? version, bool needsScope, HandlerSetup<TService> setup)
        where TService : class
    {
        var options = setup.Options;
        var transport = provider.GetRequiredService<ITransport>();
        var time = provider.GetRequiredService<TimeProvider>();
        var deadlines = provider.GetRequiredService<DeadlineWheel>();
        var logger = provider.GetRequiredService<GuardedLogger<Worker>>();
        var running = new RunningCalls();
        var operations = OperationTable.Build(contract, setup);
        string[] replyToPrefixes = [.. ReplyAddress.DefaultPrefixes, .. options.ReplyToPrefixes];
        var scopes = needsScope ? provider.GetRequiredService<IServiceScopeFactory>() : null;
        var failures = new FailureTranslator(options, transport.MaxMessageBytes, logger);
        var overload = new OverloadWatch(contract.Name, time, logger);
        var senders = new SenderClocks(replyToPrefixes, time);
        var runHandler = new RunHandler(provider, scopes, running, deadlines, options.Compression, overload, time, failures, logger);
        var streams = new WorkerStreams(options.MaxStreams, time);
        var runStream = new RunStream(provider, scopes, running, streams, deadlines, time, failures, logger);
        var held = new HeldRetries(options.OrderedHoldLimit, time);
        var moves = new CommandMoves(contract.Name, options.OrderedHoldLimit, time, logger);
        var giveBack = new GiveBackCommand(contract.Name, options.CommandDeliveryLimit, time, logger);
        var trouble = new WorkerTrouble(contract.Name, time, logger);
        var askIfCancelled = new AskIfCancelled(contract.Name, held, time, logger);
        var pipeline = new WorkerPipeline(
            new RefuseForeignReplyTo(replyToPrefixes, logger),
            new RefuseOversize(transport.MaxMessageBytes),
            new ReadRequestHead(time),
            new FindOperation(operations),
            new RefuseWhileDraining(options.CommandDeliveryLimit),
            new RefuseRedelivery(),
            new SkipCancelled(running),
            new PostponeCommand(contract.Name, askIfCancelled, moves, time, logger),
            new RefuseHopeless(overload, time),
            new OpenStream(streams, runStream, time, logger),
            runHandler,
            new RetryCommand(contract.Name, runHandler, held, moves, time, logger),
            new SendReply(),
            new DeadLetterCommand(contract.Name, options.DeadLetterStackTraces, moves, time, logger),
            giveBack,
            new SettleDelivery());
        return new Worker(
            transport, operations, pipeline, running, streams, held, moves, giveBack, new SettleAnyway(trouble, time), trouble, askIfCancelled, new DeliveryUnpacker(contract.Name, replyToPrefixes, senders, time, logger),
            senders, overload,
            new WorkerAnnouncer(operations, version, options.Announce ? options.AnnounceInterval : TimeSpan.Zero, time, logger),
            new Turns(deadlines, time), options, provider.GetRequiredService<IOptions<ReconnectOptions>>().Value,
            provider.GetRequiredService<Participants>(), time, logger);
    }

    private static Func<IServiceProvider, TService> Make<TService, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>()
        where TImplementation : class, TService
    {
        var factory = ActivatorUtilities.CreateFactory<TImplementation>(Type.EmptyTypes);
        return provider => factory(provider, null);
    }
}
