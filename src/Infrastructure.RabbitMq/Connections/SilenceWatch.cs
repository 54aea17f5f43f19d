namespace Messaging.RabbitMq;

/// <summary>
/// Notices that nothing comes from the broker, not even heartbeats. The client library would notice too, later, but
/// ends the process now and then when it does: a callback of its timer throws (its issue 1884).
/// </summary>
internal sealed class SilenceWatch : IDisposable
{
    // The broker sends something every half interval, and the library gives up after three whole ones without.
    private const int MissesAllowed = 4;

    private readonly ConnectionSockets _sockets;
    private readonly Action _silent;
    private readonly Timer _timer;
    private long _seen;
    private int _misses;

    /// <param name="sockets">What is watched.</param>
    /// <param name="heartbeat">The interval that was agreed on; zero for no watch.</param>
    /// <param name="silent">Called, again and again, while nothing has come for two intervals.</param>
    public SilenceWatch(ConnectionSockets sockets, TimeSpan heartbeat, Action silent)
    {
        _sockets = sockets;
        _silent = silent;
        var interval = heartbeat == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : heartbeat / 2;

        // Turns are counted rather than time, so that a process that was suspended reads first what waits for it.
        _timer = new Timer(static watch => ((SilenceWatch)watch!).Look(), this, interval, interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var reads = _sockets.Reads;
        if (reads != _seen)
        {
            _seen = reads;
            _misses = 0;
        }
        else if (++_misses >= MissesAllowed)
        {
            _silent();
        }
    }
}
