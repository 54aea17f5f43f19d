using System.Threading.Channels;

namespace Messaging.RabbitMq.Tests.Support;

/// <summary>What a sink was told, in order, to be awaited.</summary>
internal sealed class Mailbox<T>
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);
    private readonly Channel<T> _items = Channel.CreateUnbounded<T>();

    public int Count => _items.Reader.Count;

    public void Add(T item) => Assert.True(_items.Writer.TryWrite(item));

    public async Task<T> NextAsync() =>
        await _items.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(_limit, TestContext.Current.CancellationToken);
}
