using System.Runtime.CompilerServices;
using Messaging.Protection;
using Messaging.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Messaging.Grpc;

/// <summary>A call that a client makes: its head, its deadline, its messages and its answer.</summary>
internal sealed class GrpcCall : IDisposable
{
    private readonly GrpcExchange _exchange;
    private readonly int _maxBytes;
    private readonly TimeProvider _time;
    private readonly long _began;
    private readonly CancellationTokenSource? _deadline;
    private readonly CancellationTokenSource? _ends;
    private readonly CancellationTokenSource _reading;
    private Task _lastRead = Task.CompletedTask;

    /// <param name="exchange">Its HTTP.</param>
    /// <param name="head">What its headers say.</param>
    /// <param name="service">The service that the path names.</param>
    /// <param name="method">The method that the path names.</param>
    /// <param name="maxBytes">How large a message of the client may be.</param>
    /// <param name="time">The clock, which starts here.</param>
    public GrpcCall(GrpcExchange exchange, GrpcRequestHead head, string service, string method, int maxBytes, TimeProvider time)
    {
        _exchange = exchange;
        _maxBytes = maxBytes;
        _time = time;
        _began = time.GetTimestamp();
        Head = head;
        Service = service;
        Method = method;
        if (head.Timeout is { } timeout && timeout <= CallOptions.MaxTimeout)
        {
            _deadline = new CancellationTokenSource(timeout, time);
            _ends = CancellationTokenSource.CreateLinkedTokenSource(exchange.Aborted, _deadline.Token);
        }

        _reading = CancellationTokenSource.CreateLinkedTokenSource(Ends);
    }

    public GrpcRequestHead Head { get; }

    public string Service { get; }

    public string Method { get; }

    public AdmittedRequest Admitted => AdmittedRequest.Of(_exchange.Context);

    public GrpcContentType Type => _exchange.Type;

    /// <summary>What the handler says beside its reply or items.</summary>
    public ResponseMetadata Response { get; } = new();

    /// <summary>The client has left, or reset the call.</summary>
    public CancellationToken Aborted => _exchange.Aborted;

    /// <summary>The client has left, or the deadline has passed.</summary>
    public CancellationToken Ends => _ends?.Token ?? _exchange.Aborted;

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsLate => _deadline?.IsCancellationRequested == true;

    /// <summary>How the invoker is to call.</summary>
    /// <exception cref="OperationCanceledException">The deadline has passed.</exception>
    public CallOptions CreateOptions()
    {
        TimeSpan? left = null;
        if (Head.Timeout is { } timeout)
        {
            left = (timeout < CallOptions.MaxTimeout ? timeout : CallOptions.MaxTimeout) - _time.GetElapsedTime(_began);
            if (left <= TimeSpan.Zero)
            {
                _deadline?.Cancel();
                Ends.ThrowIfCancellationRequested();
            }
        }

        return new CallOptions
        {
            Timeout = left,
            Headers = Head.Metadata,
            Response = Response,
            AcceptEncoding = Head.AcceptsGzip ? GrpcRequestHead.Gzip : null,
        };
    }

    /// <summary>Reads the one message of a call that has one.</summary>
    /// <exception cref="RpcException">There is another number of them, or it can't be read.</exception>
    public async ValueTask<RawPayload> ReadSingleAsync()
    {
        // How many there must be, and what else is said: https://github.com/grpc/grpc/blob/master/doc/statuscodes.md
        var message = await ReadAsync(Ends).ConfigureAwait(false)
            ?? throw new RpcException(StatusCode.Unimplemented, $"The method '{Method}' takes one message, and none was sent.");
        return await ReadAsync(Ends).ConfigureAwait(false) is null
            ? message
            : throw new RpcException(StatusCode.Unimplemented, $"The method '{Method}' takes one message, and more were sent.");
    }

    /// <summary>Reads the messages one by one, as they are asked for.</summary>
    public async IAsyncEnumerable<RawPayload> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // A stream may rest as long as it likes; only its calls have deadlines.
        if (_exchange.Context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        await using var leaves = cancellationToken.UnsafeRegister(static reading => ((CancellationTokenSource)reading!).Cancel(), _reading).ConfigureAwait(false);
        while (true)
        {
            var read = ReadAsync(_reading.Token).AsTask();
            _lastRead = read;
            if (await read.ConfigureAwait(false) is not { } message)
            {
                yield break;
            }

            yield return message;
        }
    }

    /// <summary>Ends a reading that the call no longer needs.</summary>
    public async Task StopReadingAsync()
    {
        await _reading.CancelAsync().ConfigureAwait(false);

        // Whoever reads has got what it threw.
        await _lastRead.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Sends the headers, the handler's if they are known, before there is a message.</summary>
    public Task SendHeadersAsync()
    {
        Begin();
        return _exchange.FlushAsync(Ends);
    }

    /// <summary>Writes a message, to be sent with the next flush or the end.</summary>
    public void Write(RawPayload message)
    {
        Begin();
        var body = message.Body.Span;
        if (body.IsEmpty && string.Equals(Type.Codec, "json", StringComparison.Ordinal))
        {
            // Nothing is no JSON.
            body = "{}"u8;
        }

        _exchange.Write(message.Encoding is not null, body);
    }

    public bool IsFull => _exchange.IsFull;

    public Task FlushAsync() => _exchange.FlushAsync(Ends);

    /// <summary>Ends the call well.</summary>
    public void End() => End(StatusCode.OK, string.Empty, failure: null);

    /// <summary>Ends the call with a failure.</summary>
    public void Fail(RpcException failure) => End(failure.Status, failure.Detail, failure);

    public void Dispose()
    {
        _reading.Dispose();
        _ends?.Dispose();
        _deadline?.Dispose();
    }

    private void Begin()
    {
        if (_exchange.HasBegun)
        {
            return;
        }

        AddHeaders();
        if (Head.AcceptsGzip)
        {
            // What a worker compressed is sent so, and which messages those are is said with each.
            _exchange.SetHeader(GrpcHeaderNames.Encoding, GrpcRequestHead.Gzip);
        }
    }

    private void End(StatusCode status, string detail, RpcException? failure)
    {
        if (!_exchange.HasBegun)
        {
            AddHeaders();
            if (failure?.RetryAfter is { } wait)
            {
                _exchange.SetRetryAfter(wait);
            }
        }

        _exchange.End(GrpcTrailers.Create(status, detail, failure, Response.Trailers));
    }

    private void AddHeaders()
    {
        if (Response.Headers is { IsCompletedSuccessfully: true } headers)
        {
            foreach (var (name, value) in GrpcTrailers.Sendable(headers.GetAwaiter().GetResult()))
            {
                _exchange.SetHeader(name, value);
            }
        }
    }

    private async ValueTask<RawPayload?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await _exchange.ReadAsync(_maxBytes, cancellationToken).ConfigureAwait(false) is not { } frame)
        {
            return null;
        }

        if (frame.IsCompressed && Head.Encoding is null)
        {
            throw new RpcException(StatusCode.Internal, $"A message says that it is compressed, and no header {GrpcHeaderNames.Encoding} says with what.");
        }

        return new RawPayload(frame.Body, frame.IsCompressed ? Head.Encoding : null);
    }
}
