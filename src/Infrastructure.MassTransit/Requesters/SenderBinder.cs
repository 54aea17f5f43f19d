using System.Collections.Frozen;
using Messaging.MassTransit.Messages;

namespace Messaging.MassTransit.Requesters;

/// <summary>Makes the sender of every operation of a contract, at start.</summary>
internal sealed class SenderBinder<TService>(LeftOutOperations leftOut, RequesterOptions options, Func<OperationDescriptor, SenderSetup> setup) : IOperationBinder<TService>
    where TService : class
{
    private readonly Dictionary<OperationDescriptor, OperationSender> _senders = new(ReferenceEqualityComparer.Instance);
    private readonly PendingLimit _calls = new(new SemaphoreSlim(options.MaxPendingCalls), options.MaxPendingCalls, options.WhenFull == FullWindowBehavior.Fail, nameof(options.MaxPendingCalls));
    private readonly PendingLimit _commands = new(new SemaphoreSlim(options.MaxPendingCommands), options.MaxPendingCommands, options.WhenFull == FullWindowBehavior.Fail, nameof(options.MaxPendingCommands));

    public FrozenDictionary<OperationDescriptor, OperationSender> Senders => _senders.ToFrozenDictionary(ReferenceEqualityComparer.Instance);

    public void BindCall<TRequest, TReply>(Operation<TRequest, TReply> operation, Func<TService, TRequest, CancellationToken, Task<TReply>> handler) =>
        AddCall(operation);

    public void BindAction<TRequest>(Operation<TRequest, Nothing> operation, Func<TService, TRequest, CancellationToken, Task> handler)
    {
        if (operation.Kind == OperationKind.Call)
        {
            AddCall(operation);
        }
        else if (!leftOut.Contains(operation))
        {
            var type = typeof(MassTransitCommandSender<>).MakeGenericType(typeof(TRequest));
            _senders.Add(operation, (OperationSender)Activator.CreateInstance(type, operation, setup(operation), _commands)!);
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

    private void AddCall<TRequest, TReply>(Operation<TRequest, TReply> operation)
    {
        if (!leftOut.Contains(operation))
        {
            _senders.Add(operation, (OperationSender)ReplyShapes.Close(
                typeof(MassTransitCallSender<,,>), typeof(TReply), [typeof(TRequest), typeof(TReply)], operation, setup(operation), _calls));
        }
    }
}
