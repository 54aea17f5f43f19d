using Messaging.Serialization;

namespace Messaging.Descriptions;

/// <summary>Describes every operation that generated code binds.</summary>
internal sealed class DescriptionBinder<TService>(PayloadSerializers serializers) : IOperationBinder<TService>
    where TService : class
{
    private readonly List<OperationDescription> _operations = [];

    public static ServiceDescription Describe(ServiceContract<TService> contract, PayloadSerializers serializers)
    {
        var binder = new DescriptionBinder<TService>(serializers);
        contract.Bind(binder);
        return new ServiceDescription { Name = contract.Name, Version = typeof(TService).Assembly.GetName().Version?.ToString(), Operations = binder._operations };
    }

    public void BindCall<TRequest, TReply>(
        Operation<TRequest, TReply> operation, Func<TService, TRequest, CancellationToken, Task<TReply>> handler) => Add(operation);

    public void BindAction<TRequest>(
        Operation<TRequest, Nothing> operation, Func<TService, TRequest, CancellationToken, Task> handler) => Add(operation);

    public void BindStream<TRequest, TItem>(
        Operation<TRequest, TItem> operation, Func<TService, TRequest, CancellationToken, IAsyncEnumerable<TItem>> handler) => Add(operation);

    public void BindUpload<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task<TReply>> handler) => Add(operation);

    public void BindUploadAction<TItem>(
        Operation<TItem, Nothing> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task> handler) => Add(operation);

    public void BindExchange<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, IAsyncEnumerable<TReply>> handler) => Add(operation);

    private void Add<TRequest, TReply>(Operation<TRequest, TReply> operation)
    {
        var described = serializers.Describe(operation);
        _operations.Add(described with
        {
            Faults = [.. operation.Faults.Select(static fault => fault.Name)],

            // Most operations of a service are of one file: it is told once.
            Files = [.. described.Files.Where(file => !_operations.Exists(other => other.Files.Any(known => known.Span.SequenceEqual(file.Span))))],
        });
    }
}
