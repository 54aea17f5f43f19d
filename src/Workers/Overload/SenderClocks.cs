using System.Collections.Concurrent;
using Messaging.Running;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Overload;

/// <summary>
/// The clocks of the requesters that say when they sent their calls, and the questions that they are asked. Question and
/// answer go by the reply queue and the worker's own queue, past the calls that wait.
/// </summary>
internal sealed class SenderClocks(IReadOnlyList<string> replyToPrefixes, TimeProvider time)
{
    // Anybody can make up senders: those that have been silent for longest are forgotten, many at a time, as it takes a walk.
    private const int MaxSenders = 4096;
    private const int Forgotten = MaxSenders / 4;

    private readonly ConcurrentDictionary<string, SenderClock> _byAddress = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<UInt128, Question> _questions = new();
    private readonly Lock _forgetting = new();

    /// <summary>How many senders are known.</summary>
    public int Count => _byAddress.Count;

    /// <summary>Notes when a delivery was sent, where it says so.</summary>
    public void Look(Delivery delivery)
    {
        if (delivery.SentUs is not { } sent
            || delivery.Message.ReplyTo is not { Length: > 0 } replyTo
            || !ReplyAddress.IsAllowed(replyTo, replyToPrefixes))
        {
            return;
        }

        if (!_byAddress.TryGetValue(replyTo, out var clock))
        {
            clock = _byAddress.GetOrAdd(replyTo, new SenderClock(replyTo));
        }

        delivery.LateBy = clock.OnMessage(MonotonicTime.Of(delivery.ArrivedAt, time), sent, out var ask);
        delivery.Sender = clock;
        if (ask)
        {
            if (_byAddress.Count > MaxSenders)
            {
                Forget();
            }

            _ = AskAsync(clock, delivery.Link);
        }
    }

    /// <summary>Takes the answer to a question. False for a message of another kind.</summary>
    public bool TryTake(in InboundMessage message)
    {
        if (!string.Equals(message.Type, WireNames.ClockType, StringComparison.Ordinal))
        {
            return false;
        }

        // Only who was asked knows the id, so that nobody else answers.
        if (CorrelationIds.TryParse(message.CorrelationId, out var id)
            && _questions.TryRemove(id, out var question)
            && message.Headers is { } headers
            && headers.TryGetValue(WireNames.SentUs, out var header)
            && SentHeaders.IsTime(header, out var told))
        {
            question.Clock.OnAnswer(question.AskedAt, told, MonotonicTime.Now(time));
        }

        return true;
    }

    /// <summary>A question came back: who was to answer it is gone. False for a message of another kind.</summary>
    public bool TryForget(in InboundMessage returned)
    {
        if (!string.Equals(returned.Type, WireNames.ClockType, StringComparison.Ordinal))
        {
            return false;
        }

        if (CorrelationIds.TryParse(returned.CorrelationId, out var id))
        {
            _questions.TryRemove(id, out _);
        }

        return true;
    }

    private async Task AskAsync(SenderClock clock, WorkerLink link)
    {
        // A delivery can come before its link is known to be open.
        await link.Opened.ConfigureAwait(false);
        if (link.IsLost || link.ControlAddress is not { } control)
        {
            return;
        }

        var id = CorrelationIds.Create();
        lock (_forgetting)
        {
            _questions.TryRemove(clock.Question, out _);
            clock.Question = id;
            _questions[id] = new Question(clock, MonotonicTime.Now(time));
        }

        try
        {
            await link.ReplyAsync(new OutboundMessage
            {
                Queue = clock.ReplyTo,
                Type = WireNames.ClockType,
                CorrelationId = CorrelationIds.Format(id),
                ReplyTo = control,
            }).ConfigureAwait(false);
        }
        catch (TransportException)
        {
            // It is asked again.
            _questions.TryRemove(id, out _);
        }
    }

    private void Forget()
    {
        lock (_forgetting)
        {
            if (_byAddress.Count <= MaxSenders)
            {
                return;
            }

            foreach (var clock in _byAddress.Values.OrderBy(static clock => clock.LastSeen).Take(Forgotten))
            {
                _byAddress.TryRemove(clock.ReplyTo, out _);
                _questions.TryRemove(clock.Question, out _);
            }
        }
    }

    private readonly record struct Question(SenderClock Clock, long AskedAt);
}
