using Messaging.Transport;

namespace Messaging.RabbitMq;

/// <summary>The messages of one channel that await their publisher confirms, by sequence number.</summary>
internal sealed class ConfirmTable
{
    private readonly Lock _lock = new();

    // A ring: sequence numbers are dense, and confirms come roughly in order. Its length is a power of two.
    private PendingConfirm?[] _pending = new PendingConfirm?[64];
    private ulong _oldest = 1;
    private ulong _next = 1;
    private bool _closed;

    /// <summary>Whether the broker has ever confirmed a message here.</summary>
    public bool EverConfirmed { get; private set; }

    /// <summary>Whether at most one message waits.</summary>
    public bool HasOneAtMost
    {
        get
        {
            lock (_lock)
            {
                return _next - _oldest <= 1;
            }
        }
    }

    /// <summary>Adds the message that is published next. The caller sees to it that it is.</summary>
    /// <returns>Null if the channel is gone.</returns>
    public PendingConfirm? Add(string queue, string? messageId)
    {
        var pending = new PendingConfirm(queue, messageId);
        lock (_lock)
        {
            if (_closed)
            {
                return null;
            }

            if (_next - _oldest == (ulong)_pending.Length)
            {
                Grow();
            }

            Slot(_next++) = pending;
            return pending;
        }
    }

    /// <summary>Takes the message that was added last back, as it could not be handed to the channel.</summary>
    public void Withdraw(PendingConfirm last)
    {
        lock (_lock)
        {
            if (!_closed && _next > _oldest && ReferenceEquals(Slot(_next - 1), last))
            {
                Slot(--_next) = null;
            }
        }
    }

    public void Ack(ulong tag, bool multiple) => Settle(tag, multiple, refused: false);

    public void Nack(ulong tag, bool multiple) => Settle(tag, multiple, refused: true);

    /// <summary>Marks a message that came back. The broker returns it before it confirms it.</summary>
    public void Return(string? messageId, string queue)
    {
        lock (_lock)
        {
            for (var tag = _oldest; tag < _next; tag++)
            {
                if (Slot(tag) is { Returned: false } pending &&
                    string.Equals(pending.MessageId, messageId, StringComparison.Ordinal) &&
                    string.Equals(pending.Queue, queue, StringComparison.Ordinal))
                {
                    pending.Returned = true;
                    return;
                }
            }
        }
    }

    /// <summary>Ends all that wait; nothing is added any more.</summary>
    /// <param name="failure">Makes the failure of a message for a queue.</param>
    public void Close(Func<string, TransportException> failure)
    {
        lock (_lock)
        {
            _closed = true;
            for (; _oldest < _next; _oldest++)
            {
                if (Slot(_oldest) is { } pending)
                {
                    pending.TrySetException(failure(pending.Queue));
                }
            }

            _pending = [];
        }
    }

    private void Settle(ulong tag, bool multiple, bool refused)
    {
        lock (_lock)
        {
            if (_closed || tag >= _next)
            {
                return;
            }

            EverConfirmed |= !refused;
            for (var settled = multiple ? _oldest : tag; settled <= tag; settled++)
            {
                // One that was settled before by itself may lie within a "multiple", or below all that is left.
                if (settled < _oldest || Slot(settled) is not { } pending)
                {
                    continue;
                }

                Slot(settled) = null;
                End(pending, refused);
            }

            while (_oldest < _next && Slot(_oldest) is null)
            {
                _oldest++;
            }
        }
    }

    private static void End(PendingConfirm pending, bool refused)
    {
        if (pending.Returned)
        {
            pending.TrySetException(PublishFailures.Unroutable(pending.Queue));
        }
        else if (refused)
        {
            pending.TrySetException(PublishFailures.Refused(pending.Queue));
        }
        else
        {
            pending.TrySetResult();
        }
    }

    private ref PendingConfirm? Slot(ulong tag) => ref _pending[tag & (ulong)(_pending.Length - 1)];

    private void Grow()
    {
        var grown = new PendingConfirm?[_pending.Length * 2];
        for (var tag = _oldest; tag < _next; tag++)
        {
            grown[tag & (ulong)(grown.Length - 1)] = Slot(tag);
        }

        _pending = grown;
    }
}
