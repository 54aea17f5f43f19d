namespace Messaging.Faults.Tests.Support;

/// <summary>Serves <see cref="IProbe"/> in this process as a test scripts it.</summary>
internal sealed class ScriptedProbe(ProbeScript script) : IProbe
{
    public async Task<Answer> AskAsync(Question request, CancellationToken cancellationToken)
    {
        await script.Ask(request, cancellationToken);
        return new Answer(request.Id);
    }

    public Task<Answer> RecallAsync(Question request, CancellationToken cancellationToken) => AskAsync(request, cancellationToken);

    public IAsyncEnumerable<Answer> WatchAsync(Question request, CancellationToken cancellationToken) => script.Watch(cancellationToken);

    public Task DoAsync(Job command, CancellationToken cancellationToken) => script.Do(command, cancellationToken);

    public Task DoOnceAsync(Job command, CancellationToken cancellationToken) => script.Do(command, cancellationToken);

    public Task UrgeAsync(Job command, CancellationToken cancellationToken) => script.Do(command, cancellationToken);

    public Task ArrangeAsync(OrderedJob command, CancellationToken cancellationToken) => script.Do(new Job(command.Id), cancellationToken);
}

/// <summary>What the handlers of a test's worker do.</summary>
internal sealed class ProbeScript
{
    public Func<Question, CancellationToken, Task> Ask { get; init; } = static (_, _) => Task.CompletedTask;

    public Func<CancellationToken, IAsyncEnumerable<Answer>> Watch { get; init; } = static _ => AsyncEnumerable.Empty<Answer>();

    public Func<Job, CancellationToken, Task> Do { get; init; } = static (_, _) => Task.CompletedTask;
}
