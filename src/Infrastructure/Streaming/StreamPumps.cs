using Messaging.Transport;

namespace Messaging.Streaming;

/// <summary>The pumps of a link, one for each address that has a stream here.</summary>
internal sealed class StreamPumps(int maxMessageBytes, Func<OutboundMessage, ValueTask> send)
{
    // Others come and go; below this it is not worth forgetting those who are silent.
    private const int Kept = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<StreamAddress, Shared> _byAddress = [];

    /// <summary>The pump for an address, for one stream more. Ends with <see cref="Leave"/>.</summary>
    public StreamPump Enter(StreamAddress address)
    {
        lock (_lock)
        {
            if (!_byAddress.TryGetValue(address, out var shared))
            {
                shared = new Shared(new StreamPump(address, maxMessageBytes, send));
                _byAddress.Add(address, shared);
            }

            shared.Streams++;
            return shared.Pump;
        }
    }

    /// <summary>A stream is over. What it has put in is still sent.</summary>
    public void Leave(StreamPump pump)
    {
        lock (_lock)
        {
            _byAddress[pump.Address].Streams--;
            if (_byAddress.Count > Kept)
            {
                Forget();
            }
        }
    }

    /// <summary>Completes when all that was put in has been handed to the connection.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
        {
            return Task.WhenAll(_byAddress.Values.Select(static shared => shared.Pump.WhenIdleAsync()).ToArray());
        }
    }

    private void Forget()
    {
        foreach (var (address, shared) in _byAddress)
        {
            // What is still on its way keeps a pump here, where stopping waits for it.
            if (shared is { Streams: 0, Pump.IsIdle: true })
            {
                _byAddress.Remove(address);
            }
        }
    }

    private sealed class Shared(StreamPump pump)
    {
        public StreamPump Pump => pump;

        public int Streams { get; set; }
    }
}
