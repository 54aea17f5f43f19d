using System.Collections.Concurrent;

namespace Messaging.Calls.Contract;

/// <summary>Handlers that run until the test lets them go. Negative numbers, which only warm up, are answered at once.</summary>
internal sealed class HeldHandlers
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<int, TaskCompletionSource> _started = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _stopped = new();
    private readonly TaskCompletionSource _release = Signal();

    /// <summary>Which of them are held; all where it is not said.</summary>
    public Func<int, bool> Holds { get; init; } = static _ => true;

    /// <summary>The handlers that were cancelled, by their calls' numbers.</summary>
    public IEnumerable<int> Stopped => _stopped.Where(stopped => stopped.Value.Task.IsCompleted).Select(stopped => stopped.Key);

    /// <summary>The handlers that have begun.</summary>
    public IEnumerable<int> Started => _started.Where(started => started.Value.Task.IsCompleted).Select(started => started.Key);

    public void Release() => _release.SetResult();

    public Task StartedAsync(IEnumerable<int> numbers) => AllAsync(_started, numbers);

    public Task StoppedAsync(IEnumerable<int> numbers) => AllAsync(_stopped, numbers);

    public async Task<Sum> HandleAsync(Addends request, CancellationToken token)
    {
        var number = request.Left;
        if (number >= 0)
        {
            Of(_started, number).TrySetResult();
            if (Holds(number))
            {
                try
                {
                    await _release.Task.WaitAsync(token);
                }
                catch (OperationCanceledException)
                {
                    Of(_stopped, number).TrySetResult();
                    throw;
                }
            }
        }

        return new Sum(number + request.Right);
    }

    private static Task AllAsync(ConcurrentDictionary<int, TaskCompletionSource> signals, IEnumerable<int> numbers) =>
        Task.WhenAll(numbers.Select(number => Of(signals, number).Task)).WaitAsync(_patience, TestContext.Current.CancellationToken);

    private static TaskCompletionSource Of(ConcurrentDictionary<int, TaskCompletionSource> signals, int number) =>
        signals.GetOrAdd(number, static _ => Signal());

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
