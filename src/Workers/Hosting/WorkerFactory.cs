using Messaging.Deadlines;
using Messaging.Handling;
using Messaging.Pipeline;
using Messaging.Running;
using Messaging.Serialization;
using Messaging.Transport;
using Messaging.Wire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Messaging.Hosting;

/// <summary>Puts a worker together. The only place that knows all of its parts.</summary>
internal static class WorkerFactory
{
    public static Worker Create<TService, TImplementation>(IServiceProvider provider, ServiceContract<TService> contract)
        where TService : class
        where TImplementation : class, TService
    {
        var options = provider.GetRequiredService<IOptionsMonitor<WorkerOptions>>().Get(contract.Name);
        var transport = provider.GetRequiredService<ITransport>();
        var time = provider.GetRequiredService<TimeProvider>();
        var deadlines = provider.GetRequiredService<DeadlineWheel>();
        var logger = provider.GetRequiredService<ILogger<Worker>>();
        var running = new RunningCalls();
        var operations = OperationTable.Build(contract, new HandlerSetup<TService>(
            options,
            provider.GetRequiredService<PayloadSerializers>(),
            transport.MaxMessageBytes,
            static services => services.GetRequiredService<TImplementation>()));
        string[] replyToPrefixes = [.. ReplyAddress.DefaultPrefixes, .. options.ReplyToPrefixes];
        var pipeline = new WorkerPipeline(
            new RefuseForeignReplyTo(replyToPrefixes, logger),
            new RefuseOversize(transport.MaxMessageBytes),
            new ReadRequestHead(),
            new FindOperation(operations),
            new RefuseWhileDraining(),
            new RefuseRedelivery(),
            new SkipCancelled(running),
            new RunHandler(
                provider.GetRequiredService<IServiceScopeFactory>(), running, deadlines, time,
                new FailureTranslator(options, transport.MaxMessageBytes, logger), logger),
            new SendReply(),
            new DeadLetterCommand(contract.Name, logger),
            new SettleDelivery());
        return new Worker(
            transport, operations, pipeline, running, new DeliveryUnpacker(contract.Name, replyToPrefixes, logger), options, provider.GetRequiredService<IOptions<ReconnectOptions>>().Value, time, logger);
    }
}
