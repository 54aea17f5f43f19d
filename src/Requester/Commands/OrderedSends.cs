namespace Messaging.Commands;

/// <summary>
/// Has commands of one key published one after the other, each when the one before is confirmed or given up. Otherwise one
/// whose confirm is missing, and that is sent again, would come in behind a later one.
/// </summary>
internal sealed class OrderedSends
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Service, string Key), Turn> _last = [];

    /// <summary>Gets into line.</summary>
    public Turn Enter(string service, string key)
    {
        lock (_lock)
        {
            var turn = new Turn(this, (service, key), _last.GetValueOrDefault((service, key))?.Done);
            _last[(service, key)] = turn;
            return turn;
        }
    }

    /// <summary>A command's place in the line of its key.</summary>
    internal sealed class Turn(OrderedSends sends, (string Service, string Key) key, Task? before)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Done => _done.Task;

        /// <summary>Complete when nobody is before it.</summary>
        public Task Comes { get; } = before ?? Task.CompletedTask;

        /// <summary>Lets the next go on: not before its own turn has come, should it have been given up while it waited.</summary>
        public void Leave()
        {
            if (Comes.IsCompleted)
            {
                End();
            }
            else
            {
                _ = Comes.ContinueWith(
                    static (_, turn) => ((Turn)turn!).End(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }

        private void End()
        {
            lock (sends._lock)
            {
                if (ReferenceEquals(sends._last.GetValueOrDefault(key), this))
                {
                    sends._last.Remove(key);
                }
            }

            _done.SetResult();
        }
    }
}
