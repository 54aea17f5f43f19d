namespace Messaging.Gateway.Tests.Grpc;

/// <summary>What the tests of the gRPC doors call: a method of each kind, and one for each way to end.</summary>
[Service("test.Echo")]
public interface IEcho
{
    Task<Text> SayAsync(Text request, CancellationToken cancellationToken = default);

    [Faults(typeof(TooLoud))]
    Task<Text> FailAsync(Failure request, CancellationToken cancellationToken = default);

    Task<Text> WaitAsync(Text request, CancellationToken cancellationToken = default);

    Task<Text> HeadersAsync(Text request, CancellationToken cancellationToken = default);

    [Command]
    Task NoteAsync(Text command, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Text> CountAsync(Number request, CancellationToken cancellationToken = default);

    Task<Number> SumAsync(IAsyncEnumerable<Number> items, CancellationToken cancellationToken = default);

    IAsyncEnumerable<Text> ChatAsync(IAsyncEnumerable<Text> items, CancellationToken cancellationToken = default);
}

public sealed record Text(string Value);

public sealed record Number(int Value);

public sealed record Failure(int Status, string Detail);

public sealed class TooLoud(int limit) : Exception($"More than {limit} dB.")
{
    public int Limit { get; } = limit;
}
