using Messaging.Buffers;
using Messaging.Deadlines;
using Messaging.Handling;
using Messaging.Observers;
using Messaging.Pipeline;
using Messaging.Serialization;
using Messaging.Streaming;

namespace Messaging.Streams;

/// <summary>Serves one operation that takes a stream, and answers with one.</summary>
internal sealed class DuplexStreamHandler<TService, TItem, TReply>(
    Operation<TItem, TReply> operation, Func<TService, IAsyncEnumerable<TItem>, CancellationToken, IAsyncEnumerable<TReply>> handler, HandlerSetup<TService> setup)
    : StreamHandler<TService, IAsyncEnumerable<TItem>, TReply>(operation, handler, setup)
    where TService : class
{
    private readonly CodecTable<TItem, TReply> _codecs = new(operation, setup.Serializers, setup.MaxMessageBytes, StreamNames.Item);

    public override WorkerStream? Prepare(WorkerCall call, TimeProvider time) =>
        _codecs.Find(call) is { } codecs ? new Stream(this, codecs, call, time) : null;

    private sealed class Stream : WorkerStream<TService, IAsyncEnumerable<TItem>, TReply>
    {
        private readonly CodecTable<TItem, TReply>.Codecs _codecs;
        private readonly StreamOptions _options;
        private readonly TimeProvider _time;
        private readonly StreamInbox<TItem> _inbox;
        private CallContext? _context;
        private Reader? _reader;

        public Stream(DuplexStreamHandler<TService, TItem, TReply> handler, CodecTable<TItem, TReply>.Codecs codecs, WorkerCall call, TimeProvider time)
            : base(handler, codecs.Reply, codecs.ReplyNames, call, time)
        {
            _codecs = codecs;
            _options = handler.Setup.Options.Stream;
            _time = time;
            _inbox = new StreamInbox<TItem>(_options.Window, Flow.Grant, Decompress);
        }

        protected override IAsyncEnumerable<TItem> Request => new Items(this);

        public override async Task ServeAsync(CallContext context, IServiceProvider services)
        {
            _context = context;
            var token = Running.Token;
            var registration = token.UnsafeRegister(
                static (inbox, stopped) => ((StreamInbox<TItem>)inbox!).End(new OperationCanceledException(stopped), atOnce: true), _inbox);
            await using (registration.ConfigureAwait(false))
            {
                try
                {
                    await base.ServeAsync(context, services).ConfigureAwait(false);
                }
                finally
                {
                    // Nothing comes any more: whoever kept the items would wait for ever.
                    _inbox.End(new InvalidOperationException("The stream has ended: the requester's items can be read only while the handler runs."), atOnce: true);
                }
            }
        }

        protected override void AddTo(Dictionary<string, object?> opening) => StreamHeaders.Write(opening, _options.Window);

        protected override void OnItem(uint number, string? contentType, string? encoding, ReadOnlyMemory<byte> body)
        {
            switch (_inbox.Admit(number))
            {
                case StreamAdmission.Gap:
                    End(StatusCode.DataLoss, $"Items of the requester's stream are missing: item {number} came after {_inbox.Arrivals:N0}.");
                    return;
                case StreamAdmission.Overrun:
                    End(StatusCode.ResourceExhausted, "The requester sent more than the window allows.");
                    return;
                case StreamAdmission.Ended:
                    return;
            }

            TItem item = default!;
            var isRead = encoding is null || typeof(TItem) == typeof(RawPayload);
            try
            {
                PayloadSerializers.Require(_codecs.ContentType, contentType);
                if (isRead)
                {
                    item = PayloadBodies.Read(_codecs.Request, encoding, body, _codecs.MaxMessageBytes);
                }
            }
            catch (Exception exception)
            {
                // The bytes are a stranger's, and a codec may throw anything on them.
                End(StatusCode.InvalidArgument, $"Item {number} of {body.Length:N0} bytes can't be decoded as {typeof(TItem).Name}: {ExceptionText.MessageOf(exception)}");
                return;
            }

            if (isRead)
            {
                _inbox.Add(item, body.Length, encoding);
            }
            else
            {
                _inbox.AddEncoded(encoding!, body.Span);
            }
        }

        protected override void OnItemsEnd(uint number)
        {
            if (number == StreamSequence.Of(_inbox.Arrivals))
            {
                _inbox.End(failure: null);
            }
            else
            {
                End(StatusCode.DataLoss, $"Items of the requester's stream are missing: it ended after {number} items, of which {_inbox.Arrivals:N0} came.");
            }
        }

        private void End(StatusCode status, string detail) => _inbox.End(new RpcException(status, detail));

        private TItem Decompress(string encoding, ReadOnlyMemory<byte> body)
        {
            try
            {
                return PayloadBodies.Read(_codecs.Request, encoding, body, _codecs.MaxMessageBytes);
            }
            catch (Exception exception)
            {
                // As above, in the handler's own flow.
                throw new RpcException(
                    exception is PayloadTooLargeException ? StatusCode.ResourceExhausted : StatusCode.InvalidArgument,
                    $"An item of {body.Length:N0} bytes ({encoding}) can't be decoded as {typeof(TItem).Name}: {ExceptionText.MessageOf(exception)}",
                    exception)
                {
                    Reason = exception is PayloadTooLargeException ? FailureReason.TooLarge : FailureReason.Undecodable,
                };
            }
        }

        private bool TryRead(out TItem? item)
        {
            if (!_inbox.TryRead(out item!))
            {
                return false;
            }

            Running.Token.ThrowIfCancellationRequested();
            if (_context is { } context)
            {
                context.RequestEncoding = _inbox.ReadEncoding;
            }

            return true;
        }

        private async ValueTask<bool> WaitAsync(CancellationToken reader)
        {
            var waiting = _inbox.WaitToReadAsync();
            if (waiting.IsCompleted || (_options.ItemTimeout is null && !reader.CanBeCanceled))
            {
                return await waiting.ConfigureAwait(false);
            }

            try
            {
                return await waiting.AsTask().WaitAsync(_options.ItemTimeout ?? Timeout.InfiniteTimeSpan, _time, reader).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw new RpcException(StatusCode.DeadlineExceeded, $"The handler waited for an item for {TimeText.Of(_options.ItemTimeout ?? TimeSpan.Zero)} (ItemTimeout).");
            }
        }

        /// <summary>The requester's items. They are not kept: one reader at a time takes them, each once.</summary>
        private sealed class Items(Stream stream) : IAsyncEnumerable<TItem>
        {
            public IAsyncEnumerator<TItem> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new Reader(stream, cancellationToken);
        }

        private sealed class Reader(Stream stream, CancellationToken reader) : StreamEnumerator<TItem>
        {
            private volatile bool _stopped;
            private bool _isComplete;

            protected override void Begin()
            {
                if (Interlocked.CompareExchange(ref stream._reader, this, null) is not null)
                {
                    throw new InvalidOperationException(
                        "The requester's items are being read already, or have been read to their end. They are not kept: read them once, and keep what is needed again.");
                }
            }

            protected override ValueTask<bool> WaitToReadAsync()
            {
                var waiting = stream.WaitAsync(reader);
                Interlocked.MemoryBarrier();
                if (_stopped)
                {
                    stream._inbox.Wake();
                }

                return FinishAsync(waiting);
            }

            protected override bool TryRead(out TItem? item) => stream.TryRead(out item);

            protected override void Stop()
            {
                _stopped = true;
                Interlocked.MemoryBarrier();
                stream._inbox.Wake();
            }

            protected override void Leave(bool begun)
            {
                if (!_isComplete)
                {
                    // Who leaves before the end leaves the rest to the next.
                    Interlocked.CompareExchange(ref stream._reader, null, this);
                }
            }

            private async ValueTask<bool> FinishAsync(ValueTask<bool> waiting)
            {
                _isComplete = !await waiting.ConfigureAwait(false);
                return !_isComplete;
            }
        }
    }
}
