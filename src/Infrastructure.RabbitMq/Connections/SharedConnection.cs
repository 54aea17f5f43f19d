using Microsoft.Extensions.Logging;

namespace Messaging.RabbitMq;

/// <summary>The one connection for a purpose: opened when first needed, and opened anew when it was lost.</summary>
/// <param name="purpose">What it is for.</param>
/// <param name="opener">Opens it.</param>
/// <param name="logger">The log.</param>
internal sealed class SharedConnection(string purpose, ConnectionOpener opener, ILogger logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private BrokerConnection? _current;
    private bool _disposed;

    /// <summary>Whether the broker has stopped reading from it.</summary>
    public bool IsBlocked => Volatile.Read(ref _current) is { IsOpen: true, IsBlocked: true };

    public async ValueTask<BrokerConnection> GetAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(RabbitMqTransport));
            if (_current is not { IsOpen: true })
            {
                // A lost connection cleans up after itself.
                var opened = await opener.OpenAsync(purpose, cancellationToken).ConfigureAwait(false);
                opened.LogBlocking(purpose, logger);
                Volatile.Write(ref _current, opened);
            }

            return _current;
        }
        finally
        {
            _opening.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _opening.WaitAsync().ConfigureAwait(false);
        try
        {
            _disposed = true;
            if (_current is not null)
            {
                await _current.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _opening.Release();
        }
    }
}
