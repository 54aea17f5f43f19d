using System.Globalization;

namespace Messaging.Faults.Overload;

/// <summary>A run under overload: the capacity first, then a quiet load, a flood, and the quiet load again; then a verdict.</summary>
public sealed class OverloadRun : IAsyncDisposable
{
    private readonly OverloadOptions _options;
    private readonly OverloadArena _arena;
    private readonly Action<string> _say;
    private readonly Timeline _timeline;
    private readonly long _started = SharedClock.Microseconds;

    private OverloadRun(OverloadOptions options, OverloadArena arena, Action<string> say)
    {
        (_options, _arena, _say) = (options, arena, say);
        _timeline = new Timeline(arena.Folder, OverloadOracle.RunName);
    }

    /// <summary>Runs to the end.</summary>
    /// <param name="options">What.</param>
    /// <param name="say">Told what happens.</param>
    /// <param name="cancellationToken">Gives up and leaves nothing behind.</param>
    public static async Task<OverloadVerdict> ExecuteAsync(OverloadOptions options, Action<string> say, CancellationToken cancellationToken)
    {
        await using var arena = await OverloadArena.StartAsync(options, cancellationToken);
        var problems = new List<string>();
        await using (var run = new OverloadRun(options, arena, say))
        {
            try
            {
                await run.LoadAsync(cancellationToken);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // Whatever has happened until then is judged all the same.
                problems.Add(failure.Message);
            }
        }

        problems.AddRange(await EndAsync(arena, cancellationToken));
        var verdict = OverloadOracle.Judge(arena.Folder, options, problems);
        if (options.Keep is not null)
        {
            await File.WriteAllTextAsync(Path.Combine(arena.Folder, "verdict.txt"), verdict.ToString(), cancellationToken);
        }

        return verdict;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timeline.DisposeAsync();

    private static async Task<IReadOnlyList<string>> EndAsync(OverloadArena arena, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        await Task.WhenAll(arena.Flooders.Append(arena.Bystander).Select(party => EndAsync(party, problems, cancellationToken)));
        if (await arena.WaitForQuietAsync(cancellationToken) is { } left)
        {
            problems.Add($"the queue has not run empty: {left}");
        }

        await Task.WhenAll(arena.Workers.Select(party => EndAsync(party, problems, cancellationToken)));
        return problems;
    }

    private static async Task EndAsync(IOverloadParty party, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            await party.EndAsync(cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            lock (problems)
            {
                problems.Add($"{party.Name} did not end in order: {failure.Message}");
            }
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var callers = _options.CallersOrDefault;
        var closed = LoadOrder.Closed(Math.Max(1, callers / _options.Flooders));
        await EnterAsync(OverloadPhase.WarmUp, closed, LoadOrder.Closed(1), cancellationToken);
        var first = await EnterAsync(OverloadPhase.Capacity, closed, LoadOrder.None, cancellationToken);
        var last = await TellAsync(LoadOrder.None, LoadOrder.None, cancellationToken);
        var capacity = (last.Answered - first.Answered) * 1e6 / (last.At - first.At);
        if (capacity <= 0)
        {
            throw new InvalidOperationException("Nothing was answered while the capacity was measured, so that there is nothing to multiply.");
        }

        Say($"          is {capacity:N1} calls/s");
        var bystander = LoadOrder.Open(capacity * _options.Bystander);
        var normal = LoadOrder.Open(capacity * _options.Normal / _options.Flooders);
        var flood = LoadOrder.Open(capacity * _options.Factor / _options.Flooders);
        await EnterAsync(OverloadPhase.Alone, LoadOrder.None, bystander, cancellationToken);
        await EnterAsync(OverloadPhase.Before, normal, bystander, cancellationToken);
        await EnterAsync(OverloadPhase.Overload, flood, bystander, cancellationToken);
        await EnterAsync(OverloadPhase.After, normal, bystander, cancellationToken);
        await EnterAsync(OverloadPhase.End, LoadOrder.None, LoadOrder.None, cancellationToken);
    }

    private async Task<(long Answered, long At)> EnterAsync(OverloadPhase phase, LoadOrder flooders, LoadOrder bystander, CancellationToken cancellationToken)
    {
        var begun = await TellAsync(flooders, bystander, cancellationToken);
        _timeline.Write(new PhaseLine(begun.At, phase));
        Say($"{phase,-9} {_options.Flooders} x {flooders.Describe()}, bystander {bystander.Describe()}");
        if (phase != OverloadPhase.End)
        {
            // The load is what is asked for, not a wait for something to happen.
            await Task.Delay(_options.Length(phase), cancellationToken);
        }

        return begun;
    }

    private async Task<(long Answered, long At)> TellAsync(LoadOrder flooders, LoadOrder bystander, CancellationToken cancellationToken)
    {
        var counts = await Task.WhenAll(
            [.. _arena.Flooders.Select(party => party.ObeyAsync(flooders, cancellationToken)), _arena.Bystander.ObeyAsync(bystander, cancellationToken)]);
        return (counts[..^1].Sum(), SharedClock.Microseconds);
    }

    private void Say(FormattableString text) =>
        _say(string.Create(CultureInfo.InvariantCulture, $"{(SharedClock.Microseconds - _started) / 1e6,6:0.0} s  {text.ToString(CultureInfo.InvariantCulture)}"));
}
