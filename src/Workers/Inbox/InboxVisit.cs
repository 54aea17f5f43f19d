using Messaging.Pipeline;

namespace Messaging.Inbox;

/// <summary>One message at the inbox, from its first attempt to its end.</summary>
internal sealed class InboxVisit : IDisposable
{
    private static readonly TimeSpan _maxMargin = TimeSpan.FromMilliseconds(500);

    private readonly InboxPatience _patience;
    private readonly TimeProvider _time;
    private readonly long _since;
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource? _either;
    private string? _reason;
    private bool _stuck;

    public InboxVisit(WorkerCall call, CallContext context, InboxKey key, InboxPatience patience, TimeProvider time)
    {
        (Call, Context, Key, _patience, _time, _since) = (call, context, key, patience, time, time.GetTimestamp());
        Token = context.CancellationToken;
        if (context.Deadline is { } deadline)
        {
            // A little before the deadline, so that the caller hears why.
            var left = deadline.Remaining;
            var margin = left / 10;
            _timer = new CancellationTokenSource(left - (margin < _maxMargin ? margin : _maxMargin), time);
            _either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, _timer.Token);
            Token = _either.Token;
        }
    }

    public WorkerCall Call { get; }

    public CallContext Context { get; }

    public InboxKey Key { get; }

    /// <summary>Ends what is done for the message before its handler runs.</summary>
    public CancellationToken Token { get; }

    public TimeSpan Held => _time.GetElapsedTime(_since);

    public int Failures { get; private set; }

    /// <summary>Whether its handler has been begun.</summary>
    public bool HasRun { get; set; }

    /// <summary>Whether a call's time is over, or nearly.</summary>
    public bool IsTimeUp { get; private set; }

    public void Failed(string reason)
    {
        _reason = reason;
        Failures++;
    }

    public void Stick()
    {
        if (!_patience.IsAway)
        {
            _stuck = true;
            _patience.AddStuck(Context.Operation.Name, Context.MessageId, _reason!);
        }
    }

    /// <summary>Waits for the database. False where the worker stops, or the time is up.</summary>
    public async Task<bool> WaitAsync()
    {
        try
        {
            return await _patience.WaitAsync(Failures, Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            IsOver();
            return false;
        }
    }

    /// <summary>Whether the time is up.</summary>
    /// <exception cref="OperationCanceledException">The message was taken away for another reason.</exception>
    public bool IsOver()
    {
        if (!Token.IsCancellationRequested)
        {
            return false;
        }

        if (!Context.DeadlineExceeded)
        {
            Context.CancellationToken.ThrowIfCancellationRequested();
        }

        return IsTimeUp = true;
    }

    public void ClearReply()
    {
        Call.ReplyBody?.Return();
        Call.ReplyBody = null;
        Call.ReplyNames = null;
        Call.ReplyEncoding = null;
    }

    public void RefuseLate()
    {
        ClearReply();
        if (_reason is null)
        {
            Call.Refuse(StatusCode.DeadlineExceeded, "The deadline passed at stage 'inbox': its database was busy with others. The worker's host may need a faster one, or fewer handlers at a time.", mayHaveRun: HasRun);
        }
        else
        {
            RefuseAway();
        }
    }

    public void RefuseAway()
    {
        ClearReply();
        Call.Refuse(StatusCode.Unavailable, "The inbox's database is away, at stage 'inbox'; the worker's log says why. Call again later.", mayHaveRun: HasRun);
    }

    public void RefuseSecondRun()
    {
        ClearReply();
        Call.Refuse(StatusCode.Unavailable, "The inbox's database went away while the handler ran, and rolled back what it had written. The operation is not declared idempotent, so it is not run again here.", mayHaveRun: true);
    }

    public void Dispose()
    {
        if (_stuck)
        {
            _patience.RemoveStuck();
        }

        _either?.Dispose();
        _timer?.Dispose();
    }
}
