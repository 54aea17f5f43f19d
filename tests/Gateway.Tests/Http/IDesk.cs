namespace Messaging.Gateway.Tests.Http;

/// <summary>What the tests of the HTTP door call: a method of each kind, and one for each way to end.</summary>
[Service("desk")]
public interface IDesk
{
    Task<Note> EchoAsync(Note request, CancellationToken cancellationToken = default);

    Task<Note> HeadersAsync(Note request, CancellationToken cancellationToken = default);

    [Faults(typeof(DeskFull))]
    Task<Note> FailAsync(Failing request, CancellationToken cancellationToken = default);

    Task TouchAsync(Note request, CancellationToken cancellationToken = default);

    Task<Note> HangAsync(Note request, CancellationToken cancellationToken = default);

    [Command]
    Task FileAsync(Note command, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Note> ListAsync(Listing request, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Note> PourAsync(Note request, CancellationToken cancellationToken = default);

    Task<Note> JoinAsync(IAsyncEnumerable<Note> items, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Note> MirrorAsync(IAsyncEnumerable<Note> items, CancellationToken cancellationToken = default);
}

// As XmlSerializer wants it.
public sealed class Note
{
    public string Text { get; set; } = "";
}

public sealed record Failing(int Status, string Detail);

/// <param name="Count">How many items come.</param>
/// <param name="Then">What happens then: <c>end</c>, <c>fail</c>, or <c>hang</c>.</param>
public sealed record Listing(int Count, string Then);

public sealed class DeskFull(string drawer, int limit) : Exception($"More than {limit} in {drawer}.")
{
    public string Drawer { get; } = drawer;

    public int Limit { get; } = limit;
}
