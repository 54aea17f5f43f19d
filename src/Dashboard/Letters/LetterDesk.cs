using System.Collections.Concurrent;
using Messaging.DeadLetters;
using Microsoft.Extensions.Options;

namespace Messaging.Letters;

/// <summary>
/// Works on dead letters for those at the page, one after the other for each service: while one looks, the letters that
/// are held are hidden from others, and an action would not find them.
/// </summary>
internal sealed class LetterDesk(DeadLetterQueues reading, IDeadLetters letters, IOptions<DashboardOptions> options)
{
    private const int MaxText = 300;

    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>Whether letters of the service are held here now, and so not counted by the broker.</summary>
    public bool IsBusy(string service) => _turns.TryGetValue(service, out var turn) && turn.CurrentCount == 0;

    /// <exception cref="RpcException">The broker could not be reached, or denies it.</exception>
    public Task<(long Total, int Scanned, List<LetterRow> Rows)> ListAsync(string service, string? search, CancellationToken cancellationToken) =>
        InTurnAsync(
            service,
            async () =>
            {
                var wanted = new LetterSearch(search, options.Value.MaxBodyBytes);
                var rows = new List<LetterRow>();
                var scanned = 0;
                var total = await reading.VisitAsync(
                    service,
                    letter =>
                    {
                        if (wanted.Matches(letter))
                        {
                            rows.Add(ToRow(letter, MaxText));
                        }

                        return ++scanned < options.Value.MaxDeadLetters;
                    },
                    cancellationToken).ConfigureAwait(false);
                return (total, scanned, rows);
            },
            cancellationToken);

    /// <summary>One dead letter; null where it is not there any more.</summary>
    /// <exception cref="RpcException">The broker could not be reached, or denies it.</exception>
    public Task<LetterDetail?> FindAsync(string service, string key, CancellationToken cancellationToken) =>
        InTurnAsync(
            service,
            async () =>
            {
                LetterDetail? found = null;
                await reading.VisitAsync(
                    service,
                    letter =>
                    {
                        if (string.Equals(LetterKey.Of(letter), key, StringComparison.Ordinal))
                        {
                            found = new LetterDetail(
                                ToRow(letter, int.MaxValue), options.Value.ReadOnly, letter.StackTrace, letter.ContentType, letter.ContentEncoding, letter.Headers, letter.History,
                                LetterBody.Read(letter, options.Value.MaxBodyBytes));
                        }

                        return found is null;
                    },
                    cancellationToken).ConfigureAwait(false);
                return found;
            },
            cancellationToken);

    /// <summary>Replays those that are still there. <paramref name="begun"/> is told of each before it is tried.</summary>
    /// <exception cref="RpcException">The broker does not take one, which is still there, as are those behind it.</exception>
    public Task<long> ReplayAsync(string service, IEnumerable<string> keys, DeadLetterEdit? edit, Action begun, CancellationToken cancellationToken)
    {
        var left = new HashSet<string>(keys, StringComparer.Ordinal);
        return InTurnAsync(
            service,
            () => letters.ReplayAsync(
                service,
                letter =>
                {
                    // Of letters that are alike in everything, one is replayed for each time that it was asked for.
                    var isWanted = left.Remove(LetterKey.Of(letter));
                    if (isWanted)
                    {
                        begun();
                    }

                    return isWanted;
                },
                _ => edit,
                cancellationToken),
            cancellationToken);
    }

    /// <summary>Deletes those that are still there.</summary>
    /// <exception cref="RpcException">The broker could not be reached, or denies it.</exception>
    public Task<long> DeleteAsync(string service, IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        var left = new HashSet<string>(keys, StringComparer.Ordinal);
        return InTurnAsync(service, () => letters.PurgeAsync(service, letter => left.Remove(LetterKey.Of(letter)), cancellationToken), cancellationToken);
    }

    private async Task<T> InTurnAsync<T>(string service, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(service, static _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await work().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private static LetterRow ToRow(DeadLetter letter, int maxText) => new()
    {
        Key = LetterKey.Of(letter),
        Method = Cut(letter.Method, maxText),
        MessageId = Cut(letter.MessageId, maxText),
        Reason = Cut(letter.Reason, maxText)!,
        ExceptionType = Cut(letter.ExceptionType, maxText),
        ExceptionMessage = Cut(letter.ExceptionMessage, maxText),
        Attempts = letter.Attempts,
        FirstFailure = letter.FirstFailure,
        LastFailure = letter.LastFailure,
        Worker = Cut(letter.Worker, maxText),
        Queue = letter.Queue,
        Bytes = letter.Body.Length,
        Replays = letter.History.Count,
    };

    private static string? Cut(string? text, int length) => text is not null && text.Length > length ? string.Concat(text.AsSpan(0, length), "…") : text;
}
