using Messaging.Transport;

namespace Messaging.InMemory;

/// <summary>The confirms of a link that a fault keeps back.</summary>
internal sealed class WithheldConfirms
{
    private readonly Lock _sync = new();
    private readonly List<(TaskCompletionSource Confirm, string Queue)> _confirms = [];
    private bool _failed;

    public Task Add(string queue)
    {
        var confirm = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_sync)
        {
            if (!_failed)
            {
                _confirms.Add((confirm, queue));
                return confirm.Task;
            }
        }

        Fail(confirm, queue);
        return confirm.Task;
    }

    public void Release()
    {
        lock (_sync)
        {
            foreach (var (confirm, _) in _confirms)
            {
                confirm.SetResult();
            }

            _confirms.Clear();
        }
    }

    public void Fail()
    {
        lock (_sync)
        {
            _failed = true;
            foreach (var (confirm, queue) in _confirms)
            {
                Fail(confirm, queue);
            }

            _confirms.Clear();
        }
    }

    private static void Fail(TaskCompletionSource confirm, string queue) =>
        confirm.SetException(new TransportException(
            TransportFailure.Unknown, $"Publishing to '{queue}': the link was lost before the confirm came. Send it again with the same message id."));
}
