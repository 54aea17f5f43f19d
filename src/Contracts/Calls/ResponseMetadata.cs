using System.Collections.Frozen;

namespace Messaging;

/// <summary>
/// What a handler says beside its reply or its items: headers before the first one, trailers with the end. Make one, give
/// it to one call or stream by <see cref="CallOptions.Response"/>, and read it when that has ended, or as it comes.
/// </summary>
public sealed class ResponseMetadata
{
    private readonly TaskCompletionSource<IReadOnlyDictionary<string, string>> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyDictionary<string, string> _trailers = FrozenDictionary<string, string>.Empty;

    /// <summary>The handler's headers: complete before a reply or the first item can be read, and when a call has failed; empty where it set none, or failed before.</summary>
    public Task<IReadOnlyDictionary<string, string>> Headers => _headers.Task;

    /// <summary>The handler's trailers: there when the call or the stream has ended, by success or by a fault; empty until then, and where it set none.</summary>
    public IReadOnlyDictionary<string, string> Trailers => _trailers;

    /// <summary>Completed when a worker has taken the stream; null where nobody waits for that.</summary>
    internal TaskCompletionSource? Opening { get; init; }

    internal void SetHeaders(IReadOnlyDictionary<string, string> headers) => _headers.TrySetResult(headers);

    internal void SetTrailers(IReadOnlyDictionary<string, string> trailers)
    {
        SetNoHeaders();
        _trailers = trailers;
    }

    internal void SetNoHeaders()
    {
        if (!_headers.Task.IsCompleted)
        {
            SetHeaders(FrozenDictionary<string, string>.Empty);
        }
    }
}
