using Messaging.Descriptions;
using Messaging.FailedCommands;
using Messaging.Inbox;
using Messaging.Serialization;

namespace Messaging.Handling;

/// <summary>What the handlers of a worker share.</summary>
internal sealed record HandlerSetup<TService>(
    WorkerOptions Options, PayloadSerializers Serializers, int MaxMessageBytes, Func<IServiceProvider, TService> Resolve, InboxSetup? Inbox, Func<ServiceDescription> Describe)
    where TService : class
{
    public CommandRetryPolicy? RetriesOf(OperationDescriptor operation) =>
        operation.Kind == OperationKind.Command ? CommandRetryPolicy.Of(operation, Options, Random.Shared) : null;
}
