using System.Globalization;
using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>What both kinds of link are: open until lost, and allowed to publish while open.</summary>
internal abstract class InMemoryLink(InMemoryBroker broker, InMemoryTransport owner) : ILink
{
    private readonly TaskCompletionSource<LinkLoss> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WithheldConfirms _withheld = new();
    private int _closed;

    // Calls of one operation mostly ask for the same time, so the last text serves the next message as well.
    private ExpirationText? _expiration;

    public Task<LinkLoss> Lost => _lost.Task;

    public InMemoryTransport Owner { get; } = owner;

    public bool IsLost => Volatile.Read(ref _closed) != 0;

    protected InMemoryBroker Broker { get; } = broker;

    /// <summary>Ends the link. Only the first reason counts.</summary>
    public void Lose(LinkLoss loss)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return;
        }

        Broker.Forget(this);
        Close();
        _withheld.Fail();
        _lost.SetResult(loss);
    }

    /// <summary>Ends the link because the code it delivers to failed.</summary>
    public void Fail(Exception exception) =>
        Lose(new LinkLoss($"The receiver of a delivery failed, which must not happen: {exception}"));

    public void ReleaseConfirms() => _withheld.Release();

    public async ValueTask DisposeAsync()
    {
        Lose(new LinkLoss("The link was disposed.", Disposed: true));
        await WhenIdleAsync().ConfigureAwait(false);
    }

    /// <summary>Gives up queues and consumers.</summary>
    protected abstract void Close();

    /// <summary>Completes when no callback of the sink runs any more.</summary>
    protected abstract Task WhenIdleAsync();

    /// <summary>Publishes; false when no queue takes the message.</summary>
    protected bool Publish(in OutboundMessage message, bool persistent, bool confirmed = false)
    {
        if (message.DelaySeconds > 0 && (!confirmed || message.ExpirationMs is not null))
        {
            throw new TransportException(
                TransportFailure.Misconfigured,
                $"Publishing to '{message.Queue}': a message with a delay is published with a confirm and without an expiration.");
        }

        string? expiration = null;
        if (message.ExpirationMs is { } milliseconds)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(milliseconds, nameof(message));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, uint.MaxValue, nameof(message));
            expiration = Format(milliseconds);
        }

        if (message.Body.Length > Broker.MaxMessageBytes)
        {
            throw new TransportException(
                TransportFailure.TooLarge,
                $"Publishing to '{message.Queue}': the body has {message.Body.Length:N0} bytes, the limit is {Broker.MaxMessageBytes:N0}. Send less, or raise InMemoryBroker.MaxMessageBytes.");
        }

        if (IsLost || !Broker.IsRunning)
        {
            throw new TransportException(
                TransportFailure.NotSent, $"Publishing to '{message.Queue}': the link is lost. Open a new one.");
        }

        return Broker.TryRoute(message, persistent, expiration);
    }

    protected ValueTask PublishConfirmed(in OutboundMessage message)
    {
        if (Broker.Faults.RefuseConfirms)
        {
            return ValueTask.FromException(new TransportException(
                TransportFailure.Refused, $"Publishing to '{message.Queue}': the broker refused the message. Try again later."));
        }

        if (Broker.Faults.LacksQuorum)
        {
            var failure = $"Publishing to '{message.Queue}': nobody leads the queue just now. Try again later.";
            return ValueTask.FromException(new TransportException(TransportFailure.Refused, failure) { Passes = true });
        }

        if (message.DelaySeconds == 0 && Broker.IsFull(message.Queue))
        {
            return ValueTask.FromException(new TransportException(
                TransportFailure.Refused, $"Publishing to '{message.Queue}': the queue is full. Back off and try again."));
        }

        try
        {
            if (!Publish(message, message.Persistent, confirmed: true))
            {
                return ValueTask.FromException(new TransportException(
                    TransportFailure.Unroutable, $"Publishing to '{message.Queue}': there is no such queue. Start a worker of the service once."));
            }
        }
        catch (TransportException e)
        {
            return ValueTask.FromException(e);
        }

        return Broker.Faults.WithholdConfirms ? new ValueTask(_withheld.Add(message.Queue)) : ValueTask.CompletedTask;
    }

    private string Format(long milliseconds)
    {
        if (_expiration is { } last && last.Milliseconds == milliseconds)
        {
            return last.Text;
        }

        var text = milliseconds.ToString(CultureInfo.InvariantCulture);
        _expiration = new ExpirationText(milliseconds, text);
        return text;
    }

    private sealed record ExpirationText(long Milliseconds, string Text);
}
