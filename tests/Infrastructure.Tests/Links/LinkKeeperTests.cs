using Messaging.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Links;

public sealed class LinkKeeperTests
{
    private static readonly ReconnectOptions _fast = new() { InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_link_is_replaced_and_disposed()
    {
        var links = new List<Link>();
        await using var keeper = Keeper(() => Add(links, new Link()));

        var first = await keeper.GetAsync(Token);
        first.Lose("cut");
        var second = await NextAsync(keeper, first);

        Assert.NotSame(first, second);
        Assert.True(first.IsDisposed);
        Assert.False(second.IsDisposed);
    }

    [Fact]
    public async Task Failed_attempts_go_on_until_one_succeeds()
    {
        var attempts = 0;
        await using var keeper = Keeper(() => ++attempts < 5 ? throw new TransportException(TransportFailure.NotSent, "down") : new Link());

        await keeper.GetAsync(Token);

        Assert.Equal(5, attempts);
        await Assert.ThrowsAsync<TransportException>(() => keeper.FirstAttempt);
        Assert.Null(keeper.LastFailure);
    }

    [Fact]
    public async Task Waiting_ends_with_its_token_and_with_the_keeper()
    {
        var keeper = Keeper(() => throw new TransportException(TransportFailure.NotSent, "down"));
        using var impatient = new CancellationTokenSource();
        var given = keeper.GetAsync(impatient.Token);
        var waiting = keeper.GetAsync(Token);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        await keeper.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_bug_in_opening_reaches_who_waits_instead_of_being_tried_for_ever()
    {
        await using var keeper = Keeper(() => throw new InvalidOperationException("bug"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => keeper.GetAsync(Token));
    }

    [Fact]
    public async Task Disposing_closes_the_open_link()
    {
        var keeper = Keeper(() => new Link());
        var link = await keeper.GetAsync(Token);

        await keeper.DisposeAsync();
        await keeper.DisposeAsync();

        Assert.True(link.IsDisposed);
    }

    private static LinkKeeper<Link> Keeper(Func<Link> open) =>
        new(_ => ValueTask.FromResult(open()), "test", _fast, TimeProvider.System, NullLogger.Instance);

    private static Link Add(List<Link> links, Link link)
    {
        links.Add(link);
        return link;
    }

    private static async Task<Link> NextAsync(LinkKeeper<Link> keeper, Link previous)
    {
        await previous.Disposed.WaitAsync(Token);
        return await keeper.GetAsync(Token);
    }

    private sealed class Link : ILink
    {
        private readonly TaskCompletionSource<LinkLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<LinkLoss> Lost => _lost.Task;

        public Task Disposed => _disposed.Task;

        public bool IsDisposed => _disposed.Task.IsCompleted;

        public void Lose(string reason) => _lost.SetResult(new LinkLoss(reason));

        public ValueTask DisposeAsync()
        {
            _disposed.TrySetResult();
            _lost.TrySetResult(new LinkLoss("disposed", Disposed: true));
            return ValueTask.CompletedTask;
        }
    }
}
