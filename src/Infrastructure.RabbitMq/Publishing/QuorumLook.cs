using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using RabbitMQ.Client.Exceptions;

namespace Messaging.RabbitMq;

/// <summary>
/// Tells a queue that refuses because it is full from one that has no leader just now, which RabbitMQ before version 4
/// says with the same negative confirm. A queue that is full holds something, and its leader says so; where nobody leads
/// it the broker answers at once that it holds nothing and nobody consumes it.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed class QuorumLook(BrokerConnection connection, LinkLifetime link)
{
    // As long as this an answer holds: who is refused meanwhile costs the broker nothing.
    private static readonly TimeSpan _holds = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly ConcurrentDictionary<string, (long At, bool Lacks)> _answers = new(StringComparer.Ordinal);

    /// <summary>Whether the queue was found without a leader a moment ago, so that publishing to it now is of no use.</summary>
    public bool IsKnownToLack(string queue) => !_answers.IsEmpty && Known(queue) is true;

    /// <summary>Asks whether a queue that has refused has no leader. Where the broker does not let us ask, it has one.</summary>
    public async ValueTask<bool> LacksAsync(string queue)
    {
        if (Known(queue) is { } known)
        {
            return known;
        }

        try
        {
            await _oneAtATime.WaitAsync(link.LostToken).ConfigureAwait(false);
        }
        catch (Exception e) when (link.Loss is not null && e is OperationCanceledException or ObjectDisposedException)
        {
            throw PublishFailures.LinkLost(queue, link.Loss);
        }

        try
        {
            if (Known(queue) is { } meanwhile)
            {
                return meanwhile;
            }

            var lacks = await AskAsync(queue).ConfigureAwait(false);
            _answers[queue] = (TimeProvider.System.GetTimestamp(), lacks);
            return lacks;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    private bool? Known(string queue) =>
        _answers.TryGetValue(queue, out var answer) && TimeProvider.System.GetElapsedTime(answer.At) < _holds ? answer.Lacks : null;

    private async Task<bool> AskAsync(string queue)
    {
        try
        {
            var passing = new PassingChannel(connection, link);
            await using (passing.ConfigureAwait(false))
            {
                var channel = await passing.GetAsync(link.LostToken).ConfigureAwait(false);
                var found = await channel.QueueDeclarePassiveAsync(queue, link.LostToken).ConfigureAwait(false);
                return found is { MessageCount: 0, ConsumerCount: 0 };
            }
        }
        catch (OperationInterruptedException) when (link.Loss is null)
        {
            // Since version 4.3 who may only send may not ask; those brokers hold what comes meanwhile and refuse only where a queue is full.
            return false;
        }
        catch (Exception e)
        {
            throw link.Loss is { } loss ? PublishFailures.LinkLost(queue, loss) : OpenFailures.From(e, $"a look at '{queue}'");
        }
    }
}
