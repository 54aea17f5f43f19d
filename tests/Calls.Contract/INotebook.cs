using System.Runtime.CompilerServices;

namespace Messaging.Calls.Contract;

/// <summary>What may be null, and payloads with fields.</summary>
[Service("notebook")]
public interface INotebook
{
    Task<Note?> FindAsync(Note? request, CancellationToken cancellationToken = default);

    Task<int?> CountAsync(int? request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Note?> ListAsync(Note? request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Note?> EchoAsync(IAsyncEnumerable<Note?> items, CancellationToken cancellationToken = default);

    Task<(Note Note, int Count)> PairAsync((string Text, int Count) request, CancellationToken cancellationToken = default);

    Task<Page> TurnAsync(Page request, CancellationToken cancellationToken = default);

    [Command]
    Task KeepAsync(Note? command, CancellationToken cancellationToken = default);
}

public class Page
{
    public string? Title { get; set; }
}

public sealed class LinedPage : Page
{
    public int Lines { get; set; }
}

/// <summary>Gives back what it was given.</summary>
public sealed class Notebook(TaskCompletionSource<Note?> kept) : INotebook
{
    public Task<Note?> FindAsync(Note? request, CancellationToken cancellationToken) => Task.FromResult(request);

    public Task<int?> CountAsync(int? request, CancellationToken cancellationToken) => Task.FromResult(request);

    public async IAsyncEnumerable<Note?> ListAsync(Note? request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return request;
        yield return new Note("last");
    }

    public IAsyncEnumerable<Note?> EchoAsync(IAsyncEnumerable<Note?> items, CancellationToken cancellationToken) => items;

    public Task<(Note Note, int Count)> PairAsync((string Text, int Count) request, CancellationToken cancellationToken) =>
        Task.FromResult((new Note(request.Text), request.Count));

    public Task<Page> TurnAsync(Page request, CancellationToken cancellationToken) =>
        Task.FromResult<Page>(new LinedPage { Title = request.Title, Lines = 1 });

    public Task KeepAsync(Note? command, CancellationToken cancellationToken)
    {
        kept.TrySetResult(command);
        return Task.CompletedTask;
    }
}
