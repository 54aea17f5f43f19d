using System.Runtime.CompilerServices;

namespace Messaging.Calls.Contract;

/// <summary>The contract that the suite calls: one method for each kind of behaviour.</summary>
[Service("calc")]
public interface ICalc
{
    [Faults(typeof(Nameless))]
    Task<Sum> AddAsync(Addends request, CancellationToken cancellationToken = default);

    [Operation(Idempotent = true)]
    Task<Sum> AddAgainAsync(Addends request, CancellationToken cancellationToken = default);

    [Operation(AtMostOnce = true)]
    Task<Sum> AddOnceAsync(Addends request, CancellationToken cancellationToken = default);

    [Faults(typeof(TooBig))]
    Task<Sum> CheckAsync(Addends request, CancellationToken cancellationToken = default);

    Task TouchAsync(Addends request, CancellationToken cancellationToken = default);

    Task<byte[]> FillAsync(Addends request, CancellationToken cancellationToken = default);

    [Faults(typeof(TooBig), typeof(Nameless))]
    IAsyncEnumerable<Sum> CountAsync(Addends request, CancellationToken cancellationToken = default);

    Task<Sum> TotalAsync(IAsyncEnumerable<Sum> items, CancellationToken cancellationToken = default);

    Task DrinkAsync(IAsyncEnumerable<byte[]> items, CancellationToken cancellationToken = default);

    [Faults(typeof(TooBig))]
    IAsyncEnumerable<Sum> EchoAsync(IAsyncEnumerable<Sum> items, CancellationToken cancellationToken = default);

    IAsyncEnumerable<byte[]> PourAsync(Addends request, CancellationToken cancellationToken = default);

    [Command]
    Task RecordAsync(Note command, CancellationToken cancellationToken = default);
}

public sealed record Addends(int Left, int Right);

public sealed record Sum(int Value);

public sealed record Note(string Text);

public sealed class TooBig(int limit, string unit) : Exception($"More than {limit} {unit}.")
{
    public int Limit { get; } = limit;

    public string Unit { get; } = unit;
}

/// <summary>A declared fault that has no message.</summary>
public sealed class Nameless(int number) : Exception
{
    public int Number { get; } = number;

    public override string Message => null!;
}

/// <summary>Serves the contract as the test scripts it.</summary>
public sealed class ScriptedCalc(CalcScript script) : ICalc
{
    public Task<Sum> AddAsync(Addends request, CancellationToken cancellationToken) => script.Add(request, cancellationToken);

    public Task<Sum> AddAgainAsync(Addends request, CancellationToken cancellationToken) => script.Add(request, cancellationToken);

    public Task<Sum> AddOnceAsync(Addends request, CancellationToken cancellationToken) => script.Add(request, cancellationToken);

    public Task<Sum> CheckAsync(Addends request, CancellationToken cancellationToken) => script.Add(request, cancellationToken);

    public Task TouchAsync(Addends request, CancellationToken cancellationToken) => script.Add(request, cancellationToken);

    public Task<byte[]> FillAsync(Addends request, CancellationToken cancellationToken) => Task.FromResult(new byte[request.Left]);

    public IAsyncEnumerable<Sum> CountAsync(Addends request, CancellationToken cancellationToken) => script.Count(request, cancellationToken);

    public Task<Sum> TotalAsync(IAsyncEnumerable<Sum> items, CancellationToken cancellationToken) => script.Total(items, cancellationToken);

    public async Task DrinkAsync(IAsyncEnumerable<byte[]> items, CancellationToken cancellationToken)
    {
        var expected = 0;
        await foreach (var item in items)
        {
            if (item.Length != expected)
            {
                throw new InvalidDataException($"An item of {item.Length} bytes came where {expected} were expected.");
            }

            expected += 1000;
        }
    }

    public IAsyncEnumerable<Sum> EchoAsync(IAsyncEnumerable<Sum> items, CancellationToken cancellationToken) => script.Echo(items, cancellationToken);

    public async IAsyncEnumerable<byte[]> PourAsync(Addends request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var item = 0; item < request.Left; item++)
        {
            // Small ones and large ones: those share messages, these can't.
            yield return new byte[item % 3 == 0 ? request.Right : item];
        }
    }

    public Task RecordAsync(Note command, CancellationToken cancellationToken) => script.Record(command, cancellationToken);
}

/// <summary>What the handlers of a test's worker do.</summary>
public sealed class CalcScript
{
    public Func<Addends, CancellationToken, Task<Sum>> Add { get; init; } =
        static (request, _) => Task.FromResult(new Sum(request.Left + request.Right));

    public Func<Addends, CancellationToken, IAsyncEnumerable<Sum>> Count { get; init; } = CountUpAsync;

    public Func<IAsyncEnumerable<Sum>, CancellationToken, Task<Sum>> Total { get; init; } = AddUpAsync;

    public Func<IAsyncEnumerable<Sum>, CancellationToken, IAsyncEnumerable<Sum>> Echo { get; init; } = static (items, _) => items;

    private static async Task<Sum> AddUpAsync(IAsyncEnumerable<Sum> items, CancellationToken cancellationToken)
    {
        var total = 0;
        await foreach (var item in items)
        {
            total += item.Value;
        }

        return new Sum(total);
    }

    private static async IAsyncEnumerable<Sum> CountUpAsync(Addends request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = request.Left; number <= request.Right; number++)
        {
            yield return new Sum(number);
        }
    }

    public Func<Note, CancellationToken, Task> Record { get; init; } = static (_, _) => Task.CompletedTask;
}
