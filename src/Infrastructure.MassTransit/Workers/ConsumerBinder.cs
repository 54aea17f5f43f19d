using Messaging.MassTransit.Messages;

namespace Messaging.MassTransit.Workers;

/// <summary>Makes a consumer for every message type of a contract, and binds its operations to them.</summary>
internal sealed class ConsumerBinder<TService>(WorkerSetup<TService> setup, LeftOutOperations leftOut) : IOperationBinder<TService>
    where TService : class
{
    private readonly Dictionary<Type, RequestConsumer> _consumers = [];

    public IEnumerable<RequestConsumer> Consumers => _consumers.Values;

    public void BindCall<TRequest, TReply>(Operation<TRequest, TReply> operation, Func<TService, TRequest, CancellationToken, Task<TReply>> handler)
    {
        if (!leftOut.Contains(operation))
        {
            Add(operation, (ServedOperation)ReplyShapes.Close(
                typeof(ServedCall<,,,>), typeof(TReply), [typeof(TService), typeof(TRequest), typeof(TReply)], operation, handler, setup));
        }
    }

    public void BindAction<TRequest>(Operation<TRequest, Nothing> operation, Func<TService, TRequest, CancellationToken, Task> handler)
    {
        Func<TService, TRequest, CancellationToken, Task<Nothing>> answering = async (service, request, cancellationToken) =>
        {
            await handler(service, request, cancellationToken).ConfigureAwait(false);
            return Nothing.Value;
        };
        if (operation.Kind == OperationKind.Call)
        {
            BindCall(operation, answering);
        }
        else if (!leftOut.Contains(operation))
        {
            var type = typeof(ServedCommand<,>).MakeGenericType(typeof(TService), typeof(TRequest));
            Add(operation, (ServedOperation)Activator.CreateInstance(type, operation, answering, setup)!);
        }
    }

    public void BindStream<TRequest, TItem>(Operation<TRequest, TItem> operation, Func<TService, TRequest, CancellationToken, IAsyncEnumerable<TItem>> handler)
    {
        // Streams have been left out, or the check at start would have refused the contract.
    }

    public void BindUpload<TItem, TReply>(Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task<TReply>> handler)
    {
    }

    public void BindUploadAction<TItem>(Operation<TItem, Nothing> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task> handler)
    {
    }

    public void BindExchange<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, IAsyncEnumerable<TReply>> handler)
    {
    }

    private void Add(OperationDescriptor operation, ServedOperation served)
    {
        if (!_consumers.TryGetValue(operation.RequestType, out var consumer))
        {
            consumer = (RequestConsumer)Activator.CreateInstance(typeof(RequestConsumer<>).MakeGenericType(operation.RequestType))!;
            _consumers.Add(operation.RequestType, consumer);
        }

        consumer.Add(served);
    }
}
