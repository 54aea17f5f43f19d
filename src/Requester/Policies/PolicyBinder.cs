namespace Messaging.Policies;

/// <summary>Makes every policy of a contract at start, so that a missing codec or a wrong option shows then and not in the first call.</summary>
/// <typeparam name="TService">The contract.</typeparam>
internal sealed class PolicyBinder<TService>(CallPolicies policies) : IOperationBinder<TService>
    where TService : class
{
    public void BindCall<TRequest, TReply>(
        Operation<TRequest, TReply> operation, Func<TService, TRequest, CancellationToken, Task<TReply>> handler) => policies.Get(operation);

    public void BindAction<TRequest>(
        Operation<TRequest, Nothing> operation, Func<TService, TRequest, CancellationToken, Task> handler) => policies.Get(operation);

    public void BindStream<TRequest, TItem>(
        Operation<TRequest, TItem> operation, Func<TService, TRequest, CancellationToken, IAsyncEnumerable<TItem>> handler) => policies.Get(operation);

    public void BindUpload<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task<TReply>> handler) => policies.Get(operation);

    public void BindUploadAction<TItem>(
        Operation<TItem, Nothing> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, Task> handler) => policies.Get(operation);

    public void BindExchange<TItem, TReply>(
        Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, IAsyncEnumerable<TReply>> handler) => policies.Get(operation);
}
