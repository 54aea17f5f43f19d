using System.Globalization;

namespace Messaging.Faults.Overload;

/// <summary>Reads streams that have no end, each again when it has ended all the same.</summary>
internal sealed class StreamReaders : IAsyncDisposable
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private readonly ILoaded _service;
    private readonly Timeline _timeline;
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _reading;
    private long _items;

    public StreamReaders(ILoaded service, int count, Timeline timeline)
    {
        _service = service;
        _timeline = timeline;
        _reading = Task.WhenAll([CountAsync(), .. Enumerable.Range(0, count).Select(_ => ReadOneAfterTheOtherAsync())]);
    }

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _reading;
        _ends.Dispose();
    }

    private async Task CountAsync()
    {
        using var timer = new PeriodicTimer(_interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_ends.Token))
            {
                _timeline.Write(new ItemsLine(SharedClock.Microseconds, Interlocked.Read(ref _items)));
            }
        }
        catch (OperationCanceledException) when (_ends.IsCancellationRequested)
        {
            // Nobody reads any more.
        }
    }

    private async Task ReadOneAfterTheOtherAsync()
    {
        while (!_ends.IsCancellationRequested)
        {
            var made = SharedClock.Microseconds;
            string outcome;
            try
            {
                outcome = await ReadAsync();
            }
            catch (OperationCanceledException) when (_ends.IsCancellationRequested)
            {
                return;
            }
            catch (RpcException failure)
            {
                outcome = CallOutcome.Of(failure.Status, failure.Reason);
            }

            _timeline.Write(new StreamLine(made, SharedClock.Microseconds - made, outcome));

            // As who reads it would: not at once again.
            await Task.Delay(_interval, CancellationToken.None);
        }
    }

    private async Task<string> ReadAsync()
    {
        var read = 0;
        await foreach (var item in _service.FollowAsync(new Work(0), _ends.Token))
        {
            if (item.Number != ++read)
            {
                return string.Create(CultureInfo.InvariantCulture, $"item-{item.Number}-instead-of-{read}");
            }

            Interlocked.Increment(ref _items);
        }

        return "ended-without-an-error";
    }
}
